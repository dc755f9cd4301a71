// npm run results: measures by the built command line, dist/cli.cjs.
import { runBundled } from "./bundled.mjs";

await runBundled("results");
