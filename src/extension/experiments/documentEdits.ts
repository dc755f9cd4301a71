/** Changes of a JSON document as edits of its text: comments and formatting elsewhere stay. */
import { type Edit, type FormattingOptions, findNodeAtLocation, modify, parseTree } from "jsonc-parser";
import type { LiveChange } from "../../protocol/engine.ts";
import { pathSegments } from "../../protocol/jsonPath.ts";
import { minimalReplacement, type Replacement } from "../platform/textEdits.ts";

/**
 * What changes of JSON paths do to a document's text: replacements of the text as it is now, disjoint and in order.
 * A change to `undefined` removes the setting.
 */
export function documentEdits(text: string, changes: readonly LiveChange[], lineEnd = "\n"): readonly Replacement[] {
  let current = text;
  let pieces: readonly Piece[] = [{ from: 0, to: text.length }];
  const formattingOptions = { ...indentation(text), eol: lineEnd };
  for (const { path, value } of changes) {
    const edits = settingEdits(current, path, value, formattingOptions);
    // From the end, so that one edit does not move the next.
    for (const edit of edits.toSorted((a, b) => b.offset - a.offset)) {
      pieces = replaced(pieces, edit);
      current = current.slice(0, edit.offset) + edit.content + current.slice(edit.offset + edit.length);
    }
  }
  return replacements(text, pieces);
}

function settingEdits(text: string, path: string, value: unknown, formattingOptions: FormattingOptions): Edit[] {
  const segments = pathSegments(path);
  const root = parseTree(text);
  // Removing what is not there: nothing to do, and nothing jsonc-parser would take.
  if (value === undefined && !(root && findNodeAtLocation(root, segments))) return [];
  return modify(text, segments, value, { formattingOptions });
}

/** A changed text as pieces: parts of the original, and what was put between them. */
type Piece = { readonly from: number; readonly to: number } | { readonly added: string };

const lengthOf = (piece: Piece): number => ("added" in piece ? piece.added.length : piece.to - piece.from);

function replaced(pieces: readonly Piece[], { offset, length, content }: Edit): readonly Piece[] {
  const before = part(pieces, 0, offset);
  const after = part(pieces, offset + length, Number.POSITIVE_INFINITY);
  return [...before, { added: content }, ...after];
}

/** The pieces of a changed text between two of its offsets. */
function part(pieces: readonly Piece[], begin: number, end: number): readonly Piece[] {
  const kept: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(0, begin - at);
    const to = Math.min(lengthOf(piece), end - at);
    if (from < to) {
      kept.push(
        "added" in piece ? { added: piece.added.slice(from, to) } : { from: piece.from + from, to: piece.from + to },
      );
    }
    at += lengthOf(piece);
  }
  return kept;
}

/** What stands between the original's parts, against what stood there. */
function replacements(text: string, pieces: readonly Piece[]): readonly Replacement[] {
  const found: Replacement[] = [];
  let reached = 0;
  let added = "";
  for (const piece of [...pieces, { from: text.length, to: text.length }]) {
    if ("added" in piece) {
      added += piece.added;
      continue;
    }
    const smallest = minimalReplacement(text.slice(reached, piece.from), added);
    if (smallest) found.push({ ...smallest, offset: smallest.offset + reached });
    reached = piece.to;
    added = "";
  }
  return found;
}

/** As the document's first indented line has it; two spaces where there is none. */
function indentation(text: string): { insertSpaces: boolean; tabSize: number } {
  const first = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  return { insertSpaces: !first.startsWith("\t"), tabSize: first.startsWith("\t") ? 4 : first.length };
}
