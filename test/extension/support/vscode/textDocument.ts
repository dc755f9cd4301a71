/** Documents of the fake `vscode` module: a test opens and changes them. */
import { writeFileSync } from "node:fs";
import type * as vscode from "vscode";
import { EndOfLine } from "./enums.ts";
import { Position, Range } from "./positions.ts";

/** A document whose text a test sets with `replace`. */
export class TextDocument implements vscode.TextDocument {
  readonly encoding = "utf8";
  readonly isClosed = false;
  version = 1;
  isDirty = false;

  constructor(
    readonly uri: vscode.Uri,
    private text: string,
    public languageId = "plaintext",
  ) {}

  get fileName(): string {
    return this.uri.fsPath;
  }

  get isUntitled(): boolean {
    return this.uri.scheme === "untitled";
  }

  get eol(): vscode.EndOfLine {
    return this.text.includes("\r\n") ? EndOfLine.CRLF : EndOfLine.LF;
  }

  get lineCount(): number {
    return this.lines().length;
  }

  getText(range?: vscode.Range): string {
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

  lineAt(place: number | vscode.Position): vscode.TextLine {
    const lineNumber = typeof place === "number" ? place : place.line;
    const text = (this.lines()[lineNumber] ?? "").replace(/\r$/, "");
    const range = new Range(lineNumber, 0, lineNumber, text.length);
    const isLast = lineNumber === this.lineCount - 1;
    return {
      lineNumber,
      text,
      range,
      rangeIncludingLineBreak: isLast ? range : new Range(lineNumber, 0, lineNumber + 1, 0),
      firstNonWhitespaceCharacterIndex: /^\s*/.exec(text)?.[0].length ?? 0,
      isEmptyOrWhitespace: text.trim() === "",
    };
  }

  offsetAt({ line, character }: vscode.Position): number {
    const before = this.lines()
      .slice(0, line)
      .reduce((sum, text) => sum + text.length + 1, 0);
    return Math.min(this.text.length, before + character);
  }

  positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split("\n");
    return new Position(before.length - 1, before.at(-1)?.length ?? 0);
  }

  getWordRangeAtPosition(position: vscode.Position, pattern = /\w+/g): Range | undefined {
    const { text } = this.lineAt(position);
    for (const match of text.matchAll(new RegExp(pattern, "g"))) {
      const end = match.index + match[0].length;
      if (match.index <= position.character && position.character <= end)
        return new Range(position.line, match.index, position.line, end);
    }
    return undefined;
  }

  validatePosition(position: vscode.Position): Position {
    return this.positionAt(this.offsetAt(position));
  }

  validateRange({ start, end }: vscode.Range): Range {
    return new Range(this.validatePosition(start), this.validatePosition(end));
  }

  private lines(): string[] {
    return this.text.split("\n");
  }
}
