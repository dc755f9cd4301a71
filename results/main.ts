/** npm run results: measures what docs/results.md tells, and writes its tables. */
import { join } from "node:path";
import { interruptible } from "../src/engine/commands/interruption.ts";
import { say, sayAside } from "../src/engine/commands/terminal.ts";
import { results } from "./results.ts";
import { tables } from "./tables.ts";

const root = process.cwd();
process.exitCode = await interruptible((signal) =>
  results(process.argv.slice(2), {
    root,
    cli: join(root, "dist/cli.cjs"),
    tables,
    page: "docs/results.md",
    signal,
    say,
    aside: sayAside,
  }),
);
