/** Positions, ranges, documents and edits of the fake `vscode` module. */
import { writeFileSync } from "node:fs";
import type { Uri } from "./uri.ts";
import { EndOfLine } from "./values.ts";

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}

  isBefore(other: Position): boolean {
    return this.line < other.line || (this.line === other.line && this.character < other.character);
  }

  isEqual(other: Position): boolean {
    return this.line === other.line && this.character === other.character;
  }

  isBeforeOrEqual(other: Position): boolean {
    return this.isBefore(other) || this.isEqual(other);
  }

  translate(lines = 0, characters = 0): Position {
    return new Position(this.line + lines, this.character + characters);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(start: Position | number, end: Position | number, endLine?: number, endCharacter?: number) {
    this.start = typeof start === "number" ? new Position(start, end as number) : start;
    this.end = typeof start === "number" ? new Position(endLine ?? 0, endCharacter ?? 0) : (end as Position);
  }

  get isEmpty(): boolean {
    return this.start.isEqual(this.end);
  }

  contains(place: Position | Range): boolean {
    if (place instanceof Range) return this.contains(place.start) && this.contains(place.end);
    return this.start.isBeforeOrEqual(place) && place.isBeforeOrEqual(this.end);
  }
}

export class Selection extends Range {
  get active(): Position {
    return this.end;
  }
}

/** A document whose text a test sets with `replace`. */
export class TextDocument {
  version = 1;
  isDirty = false;
  isClosed = false;

  constructor(
    readonly uri: Uri,
    private text: string,
    readonly languageId = "plaintext",
  ) {}

  get fileName(): string {
    return this.uri.fsPath;
  }

  get eol(): number {
    return this.text.includes("\r\n") ? EndOfLine.CRLF : EndOfLine.LF;
  }

  get lineCount(): number {
    return this.lines().length;
  }

  getText(range?: Range): string {
    return range ? this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end)) : this.text;
  }

  replace(text: string): void {
    this.text = text;
    this.version++;
    this.isDirty = true;
  }

  async save(): Promise<boolean> {
    writeFileSync(this.uri.fsPath, this.text);
    this.isDirty = false;
    return true;
  }

  lineAt(place: number | Position) {
    const lineNumber = typeof place === "number" ? place : place.line;
    const text = this.lines()[lineNumber] ?? "";
    return { lineNumber, text, range: new Range(lineNumber, 0, lineNumber, text.length) };
  }

  offsetAt({ line, character }: Position): number {
    const before = this.lines()
      .slice(0, line)
      .reduce((sum, text) => sum + text.length + 1, 0);
    return Math.min(this.text.length, before + character);
  }

  positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split("\n");
    return new Position(before.length - 1, before.at(-1)?.length ?? 0);
  }

  getWordRangeAtPosition(position: Position, pattern = /\w+/g): Range | undefined {
    const { text } = this.lineAt(position);
    for (const match of text.matchAll(new RegExp(pattern, "g"))) {
      const end = match.index + match[0].length;
      if (match.index <= position.character && position.character <= end)
        return new Range(position.line, match.index, position.line, end);
    }
    return undefined;
  }

  private lines(): string[] {
    return this.text.split("\n");
  }
}

export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

export class WorkspaceEdit {
  readonly edits: { readonly uri: Uri; readonly edit: TextEdit }[] = [];

  replace(uri: Uri, range: Range, newText: string): void {
    this.edits.push({ uri, edit: { range, newText } });
  }

  /** Files to create, with their contents. */
  readonly files: { readonly uri: Uri; readonly contents: Uint8Array }[] = [];

  createFile(uri: Uri, options: { readonly contents?: Uint8Array } = {}): void {
    this.files.push({ uri, contents: options.contents ?? new Uint8Array() });
  }

  insert(uri: Uri, position: Position, newText: string): void {
    this.replace(uri, new Range(position, position), newText);
  }

  delete(uri: Uri, range: Range): void {
    this.replace(uri, range, "");
  }

  entries(): [Uri, TextEdit[]][] {
    const byFile = new Map<string, [Uri, TextEdit[]]>();
    for (const { uri, edit } of this.edits) {
      const entry = byFile.get(uri.toString()) ?? [uri, []];
      entry[1].push(edit);
      byFile.set(uri.toString(), entry);
    }
    return [...byFile.values()];
  }
}
