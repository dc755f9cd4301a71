/** Every kind of file, damaged in every way that disks, editors and version control damage files: said, never lost in silence. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readExperimentFile } from "../../../src/engine/commands/experimentFile.ts";
import { LerlError } from "../../../src/engine/errors.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { readEvaluation, readEvaluationRows } from "../../../src/engine/runs/evaluationFiles.ts";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { readJsonLines } from "../../../src/engine/store/jsonLines.ts";
import { readReflections, readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { readSuiteFile } from "../../../src/engine/suites/readSuite.ts";
import { readSuiteRecord } from "../../../src/engine/suites/suiteFolder.ts";
import { readMoments } from "../../../src/engine/trials/momentsFile.ts";
import { readTrialRecord, readVisits } from "../../../src/engine/trials/trialFolder.ts";

const scratch = mkdtempSync(join(tmpdir(), "lerl-files-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const before = resolve(import.meta.dirname, "../fixtures/before");
const suiteRun = "lerl/suites/before-suite/runs/ba3aa4a8c4eefa35";
const trial = "lerl/trials/2026-11-29-1403-round-robin-hs5h";

interface Kind {
  /** Below the kept workspace, or the text itself. */
  readonly file: string;
  readonly text?: string;
  /** @param file the damaged one */
  readonly read: (file: string) => Promise<unknown>;
  /** Rows of which each counts once its line has ended: what remains is a beginning. */
  readonly rows?: true;
}

const moments = { moments: [{ name: "first", user: "7", note: "kept" }] };
const rowsOf = (file: string): Promise<readonly unknown[]> => readJsonLines(file);

const checkpointOf = async (file: string): Promise<unknown> => {
  const warnings: Error[] = [];
  const loaded = await new CheckpointStore(dirname(dirname(file)), (warning) => warnings.push(warning)).load();
  return { loaded, warnings };
};

const kinds: Readonly<Record<string, Kind>> = {
  "an experiment": { file: "tiny.lerl.json", read: async (file) => (await readExperimentFile(file)).experiment },
  "a suite": { file: "tiny.suite.json", read: async (file) => (await readSuiteFile(file)).suite },
  moments: {
    file: "kept.moments.json",
    text: JSON.stringify(moments, undefined, 2),
    read: (file) => readMoments(file),
  },
  // Whatever can be read of a prompt is its text.
  "a prompt": { file: "planner.lerl.md", read: async (file) => parsePrompt(file, readFileSync(file, "utf8")).settings },
  "a run's record": { file: `${suiteRun}/run.json`, read: readRunRecord },
  "a pool": { file: `${suiteRun}/reflections.json`, read: readReflections },
  metrics: { file: `${suiteRun}/metrics.jsonl`, read: rowsOf, rows: true },
  visits: { file: `${suiteRun}/episodes.jsonl`, read: rowsOf, rows: true },
  events: { file: `${suiteRun}/events.jsonl`, read: rowsOf, rows: true },
  references: { file: `${suiteRun}/references.jsonl`, read: rowsOf, rows: true },
  "an evaluation": { file: `${suiteRun}/evaluation.json`, read: (file) => readEvaluation(dirname(file)) },
  "an evaluation's visits": {
    file: `${suiteRun}/evaluation.jsonl`,
    read: (file) => readEvaluationRows(dirname(file)),
    rows: true,
  },
  "a suite's record": { file: "lerl/suites/before-suite/suite.json", read: (file) => readSuiteRecord(dirname(file)) },
  "a trial's record": { file: `${trial}/trial.json`, read: (file) => readTrialRecord(dirname(file)) },
  "a trial's visits": { file: `${trial}/sessions.jsonl`, read: (file) => readVisits(dirname(file)), rows: true },
  "a checkpoint's manifest": { file: `${suiteRun}/checkpoint/manifest.json`, read: checkpointOf },
  "a checkpoint's arrays": { file: `${suiteRun}/checkpoint/arrays.bin`, read: checkpointOf },
};

const half = (bytes: Buffer): number => bytes.length >> 1;
const inserted = (bytes: Buffer, at: number, part: string | Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(part as string), bytes.subarray(at)]);

const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "is empty": () => Buffer.alloc(0),
  "is cut in the middle": (bytes) => bytes.subarray(0, half(bytes)),
  "lacks its last character": (bytes) => bytes.subarray(0, bytes.toString("latin1").trimEnd().length - 1),
  "holds zeros": (bytes) => Buffer.alloc(bytes.length),
  "holds zeros from its middle on": (bytes) =>
    Buffer.concat([bytes.subarray(0, half(bytes)), Buffer.alloc(half(bytes))]),
  "holds something else": () => Buffer.from('{"an": "other file"}\n'),
  "holds a list": () => Buffer.from("[]\n"),
  "holds a number": () => Buffer.from("7\n"),
  "has something behind its end": (bytes) => Buffer.concat([bytes, Buffer.from("}garbage\n")]),
  "has a conflict's marks": (bytes) => inserted(bytes, half(bytes), "\n<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
  "is in two-byte characters": (bytes) =>
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString("latin1"), "utf16le")]),
  "is nested without end": () => Buffer.from(`${"[".repeat(100_000)}\n`),
};

/** A folder of its own that holds what the kept workspace holds beside the file, without a spare copy of it. */
function placed(kind: Kind, name: string): string {
  const home = join(scratch, name.replaceAll(/\W+/g, "-"));
  const file = join(home, kind.file);
  if (kind.text === undefined) cpSync(dirname(join(before, kind.file)), dirname(file), { recursive: true });
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, kind.text);
  }
  rmSync(`${file}.bak`, { force: true });
  return file;
}

/** In place of whole rows of another kind, which whoever shows them tells (readableRows.test.ts), and a checkpoint's count. */
const rowDamages: typeof damages = {
  "holds a sentence": () => Buffer.from("Some other file\n"),
  "has a line in two": (bytes) => inserted(bytes, bytes.indexOf(",") + 1, "\n"),
  "lacks its beginning": (bytes) => bytes.subarray(10),
};

const { "holds something else": _object, "holds a list": _list, "holds a number": _number, ...othersOfRows } = damages;

const damagesOf = ({ rows }: Kind) => Object.entries(rows ? { ...othersOfRows, ...rowDamages } : damages);

describe.each(Object.entries(kinds))("%s that", (name, kind) => {
  const file = placed(kind, name);
  const whole = readFileSync(file);

  it.each(damagesOf(kind))("%s is read as it was, or said to be damaged", async (_, damage) => {
    writeFileSync(file, whole);
    const expected = await kind.read(file);
    writeFileSync(file, damage(whole));
    const began = performance.now();
    const outcome = await kind.read(file).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    expect(performance.now() - began).toBeLessThan(5000);
    if ("error" in outcome) {
      const { error } = outcome;
      expect(error, String((error as Error).stack)).toBeInstanceOf(LerlError);
      const { message } = error as LerlError;
      expect(message).toContain(kind.file.includes("/checkpoint/") ? "checkpoint" : basename(file));
      expect(message).not.toMatch(/\n\s+at /);
      expect(message.length).toBeLessThan(5000);
    } else if (kind.rows) {
      // Rows that ended; how many there must be stands in the checkpoint.
      const rows = outcome.value as readonly unknown[];
      expect(rows).toEqual((expected as readonly unknown[]).slice(0, rows.length));
    } else expect(outcome.value).toEqual(expected);
  });
});
