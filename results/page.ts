/** The blocks of the page of results: what stands between `<!-- results: name -->` and `<!-- /results -->` is made, the rest written. */
import { InputError } from "../src/engine/errors.ts";

const END = "<!-- /results -->";
const beginOf = (name: string): string => `<!-- results: ${name} -->`;
const BEGIN = /^<!-- results: ([a-z0-9-]+) -->$/;
const LIKE_A_MARKER = /<!--\s*\/?\s*results\b/i;

/** Lines from `first` to before `end`, 0-based, between the markers. */
interface Block {
  readonly first: number;
  readonly end: number;
}

/** The blocks by name. @param file for errors. @throws InputError `results.page` with the line of a damaged marker */
export function blocksOf(page: string, file: string): ReadonlyMap<string, Block> {
  const blocks = new Map<string, Block>();
  let open: { readonly name: string; readonly line: number } | undefined;
  const fail = (line: number, what: string): never => {
    throw new InputError("results.page", `${file}:${line + 1}: ${what}`);
  };
  for (const [line, text] of page.split("\n").entries()) {
    if (text === END) {
      if (!open) return fail(line, `"${END}" ends a block that was not begun. Remove it, or begin one before it.`);
      blocks.set(open.name, { first: open.line + 1, end: line });
      open = undefined;
      continue;
    }
    const name = BEGIN.exec(text)?.[1];
    if (name === undefined) {
      if (LIKE_A_MARKER.test(text)) {
        fail(line, `"${text.trim()}" is no marker. Write "${beginOf("name")}" or "${END}", alone on a line.`);
      }
      continue;
    }
    if (open) return fail(open.line, `the block "${open.name}" has no end before the next. Add "${END}".`);
    if (blocks.has(name)) fail(line, `there are two blocks "${name}". Remove one.`);
    open = { name, line };
  }
  if (open) fail(open.line, `the block "${open.name}" has no end. Add "${END}".`);
  return blocks;
}

/** The page with another content in a block. @throws InputError `results.page` */
export function withBlock(page: string, file: string, name: string, content: string): string {
  const lines = page.split("\n");
  const block = blocksOf(page, file).get(name);
  if (!block) throw missing(file, name);
  return [...lines.slice(0, block.first), "", ...content.trimEnd().split("\n"), "", ...lines.slice(block.end)].join(
    "\n",
  );
}

/** Before anything is measured: that the page has a place for it. @throws InputError `results.page` */
export function checkPage(page: string, file: string, names: readonly string[]): void {
  const blocks = blocksOf(page, file);
  for (const name of names) if (!blocks.has(name)) throw missing(file, name);
}

const missing = (file: string, name: string): InputError =>
  new InputError(
    "results.page",
    `${file}: there is no block "${name}". Put "${beginOf(name)}" and "${END}" where its table shall stand.`,
  );
