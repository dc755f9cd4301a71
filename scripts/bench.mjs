// npm run bench: the benchmarks build what they measure.
import { runBundled } from "./bundled.mjs";

await runBundled("bench");
