import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeLines, PromptSync } from "../../../../webview/studio/prompts/promptSync.ts";

/** A document as the host holds it; edits are answered when `deliver` is called. */
class Document {
  text = "one\ntwo\nthree\nfour\nfive";
  version = 1;
  readonly waiting: (() => void)[] = [];
  sync!: PromptSync;

  static open(): Document {
    const document = new Document();
    document.sync = new PromptSync(
      { text: document.text, version: 1 },
      (text, version) =>
        new Promise((resolve) => {
          document.waiting.push(() => {
            const accepted = version === document.version;
            if (accepted) document.set(text);
            resolve({ accepted, version: document.version });
          });
        }),
      () => undefined,
    );
    return document;
  }

  set(text: string): void {
    this.text = text;
    this.version++;
    this.sync.receive({ text, version: this.version });
  }

  /** Answers edits until none is under way. */
  async settle(): Promise<void> {
    for (let i = 0; i < 50; i++) {
      this.waiting.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

test("typing reaches the document, many keystrokes at a time", async () => {
  const document = Document.open();
  for (const text of ["a", "ab", "abc", "abcd"]) document.sync.type(text);
  expect(document.waiting).toHaveLength(1);
  await document.settle();
  expect(document.text).toBe("abcd");
  expect(document.version).toBe(3);
  expect(document.sync.unsent).toBe(false);
});

test("an outside change shows at once when nothing is unsent", () => {
  const document = Document.open();
  document.set("from outside");
  expect(document.sync.text).toBe("from outside");
});

test("an outside change of other lines is merged with what is being typed", async () => {
  const document = Document.open();
  document.sync.type("ONE\ntwo\nthree\nfour\nfive");
  document.set("one\ntwo\nthree\nfour\nFIVE");
  expect(document.sync.text).toBe("ONE\ntwo\nthree\nfour\nFIVE");
  await document.settle();
  expect(document.text).toBe("ONE\ntwo\nthree\nfour\nFIVE");
  expect(document.sync.conflict).toBeUndefined();
});

test("a change of the same lines becomes a conflict that loses neither text", async () => {
  const document = Document.open();
  document.sync.type("mine\ntwo\nthree\nfour\nfive");
  document.set("theirs\ntwo\nthree\nfour\nfive");
  expect(document.sync.conflict?.text).toBe("theirs\ntwo\nthree\nfour\nfive");
  expect(document.sync.text).toContain("mine");
  await document.settle();
  expect(document.text).toContain("theirs");
  document.sync.settle("mine");
  await document.settle();
  expect(document.text).toBe("mine\ntwo\nthree\nfour\nfive");
});

test("taking the file's text ends a conflict, too", () => {
  const document = Document.open();
  document.sync.type("mine\ntwo\nthree\nfour\nfive");
  document.set("theirs\ntwo\nthree\nfour\nfive");
  document.sync.settle("theirs");
  expect(document.sync.text).toBe(document.text);
  expect(document.sync.conflict).toBeUndefined();
});

test("a host that fails keeps the text, says so, and gets it at the next try", async () => {
  let failing = true;
  let stored = "";
  const sync = new PromptSync(
    { text: "", version: 1 },
    async (text) => {
      if (failing) throw new Error("The file is read-only.");
      stored = text;
      return { accepted: true, version: 2 };
    },
    () => undefined,
  );
  sync.type("kept");
  await new Promise((resolve) => setTimeout(resolve));
  expect(sync.failure).toBe("The file is read-only.");
  expect(sync.text).toBe("kept");
  failing = false;
  sync.retry();
  await new Promise((resolve) => setTimeout(resolve));
  expect(stored).toBe("kept");
  expect(sync.failure).toBeUndefined();
});

test("text typed before a reload is taken up again, or becomes a conflict when the file moved on", async () => {
  const same = Document.open();
  same.sync.recover({ text: "typed", base: same.text });
  await same.settle();
  expect(same.text).toBe("typed");
  const moved = Document.open();
  moved.sync.recover({ text: "typed", base: "an older text" });
  expect(moved.sync.conflict).toBeDefined();
  expect(moved.sync.text).toBe("typed");
});

test("whatever the order of typing, outside edits and answers, page and document end equal and nothing typed is lost unseen", async () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant("type" as const), line: fc.nat(4), text: fc.stringMatching(/^[a-z]{1,4}$/) }),
    fc.record({ kind: fc.constant("outside" as const), line: fc.nat(4), text: fc.stringMatching(/^[A-Z]{1,4}$/) }),
    fc.record({ kind: fc.constant("answer" as const), line: fc.constant(0), text: fc.constant("") }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
      const document = Document.open();
      const replaceLine = (text: string, line: number, by: string): string =>
        text
          .split("\n")
          .map((old, i) => (i === line ? by : old))
          .join("\n");
      for (const { kind, line, text } of actions) {
        if (kind === "type") document.sync.type(replaceLine(document.sync.text, line, text));
        else if (kind === "outside") document.set(replaceLine(document.text, line, text));
        else {
          document.waiting.shift()?.();
          await Promise.resolve();
          await Promise.resolve();
        }
      }
      const typed = document.sync.text;
      if (document.sync.conflict) document.sync.settle("mine");
      for (let i = 0; i < 6; i++) {
        document.waiting.shift()?.();
        await new Promise((resolve) => setTimeout(resolve));
      }
      expect(document.sync.text).toBe(document.text);
      expect(document.text).toBe(typed);
    }),
    { numRuns: 60 },
  );
});

test("changes of adjoining lines are not merged by guess", () => {
  expect(mergeLines("a\nb\nc", "A\nb\nc", "a\nB\nc")).toBeUndefined();
  expect(mergeLines("a\nb\nc", "A\nb\nc", "a\nb\nC")).toBe("A\nb\nC");
  expect(mergeLines("a\nb", "a\nb\nc", "x\na\nb")).toBe("x\na\nb\nc");
});
