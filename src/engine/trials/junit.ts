/** A trial as JUnit tests, for systems that read them. */
import XMLBuilder from "fast-xml-builder";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import type { ContenderResult } from "../../protocol/trial/result.ts";
import { pairSentence, passSentence } from "../../protocol/trial/words.ts";
import type { Found } from "./found.ts";
import { type Judgement, judgeCondition, judgedContenders } from "./gate.ts";

/** A test a contender and condition; without conditions one a contender, that it was tried. */
export function junitReport(report: Found): string {
  const { record, result } = report;
  const cases = judgedContenders(result).flatMap((index, i) => {
    const contender = result.contenders[index];
    const pair = result.pairs.find((one) => one.contender === index);
    const name = contender?.name ?? "";
    const said = pair && result.n > 0 ? pairSentence(pair, result.n) : momentsSentence(contender, record);
    if (record.state !== "done") return [unfinished(record, name)];
    if (report.conditions.length === 0) return [testCase(record, `${name} was tried`, "fails", said)];
    return report.conditions.map((condition) => {
      const judged = judgeCondition(condition, result)[i] ?? "undecided";
      return testCase(record, `${name}: not ${condition.text}`, judged, said);
    });
  });
  return junitText(record, [...cases, ...momentCases(report)]);
}

export function junitText({ name, activeSeconds, startedAt }: TrialRecord, cases: readonly object[]): string {
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  });
  const count = (key: string): number => cases.filter((test) => key in test).length;
  return builder.build({
    "?xml": { "@_version": "1.0", "@_encoding": "UTF-8" },
    testsuites: {
      testsuite: {
        "@_name": plain(name),
        "@_tests": cases.length,
        "@_failures": count("failure"),
        "@_errors": count("error"),
        "@_skipped": count("skipped"),
        "@_time": activeSeconds.toFixed(3),
        "@_timestamp": startedAt,
        testcase: cases,
      },
    },
  });
}

const momentsSentence = (contender: ContenderResult | undefined, { repeats }: TrialRecord): string =>
  (contender && passSentence(contender, repeats)) ?? "No visit is complete.";

/** A test a contender and moment. What the baseline misses fails no build: it is in force already. */
function momentCases({ record, result }: Found): Record<string, unknown>[] {
  const judged = new Set(judgedContenders(result));
  return (result.grid?.moments ?? []).flatMap(({ name, cells }) =>
    cells.map(({ planned, passed, why }, i) => {
      const missed = `${passed} of ${planned} pass: ${why.join("; ")}`;
      return {
        "@_classname": plain(`trial.${record.name}.${result.contenders[i]?.name ?? ""}`),
        "@_name": plain(name),
        ...(planned === 0 && { skipped: { "@_message": "not planned" } }),
        ...(passed < planned &&
          (judged.has(i)
            ? { failure: { "@_message": plain(missed) } }
            : { skipped: { "@_message": plain(`the baseline: ${missed}`) } })),
      };
    }),
  );
}

/** A dead server or a used-up budget is neither a failure of the words nor none. */
export const unfinished = ({ name, state, reason }: TrialRecord, contender: string): Record<string, unknown> => ({
  "@_classname": `trial.${plain(name)}`,
  "@_name": plain(`${contender} was tried`),
  error: { "@_message": plain(`The trial ended early (${state}). ${reason ?? ""}`) },
});

/** An undecided condition is skipped: nothing was shown either way. */
function testCase(record: TrialRecord, name: string, judged: Judgement, said: string): Record<string, unknown> {
  return {
    "@_classname": `trial.${plain(record.name)}`,
    "@_name": plain(name),
    ...(judged === "holds" && { failure: { "@_message": plain(said), "#text": plain(said) } }),
    ...(judged === "undecided" && { skipped: { "@_message": `undecided: ${plain(said)}` } }),
    ...(judged === "fails" && { "system-out": plain(said) }),
  };
}

/** Without what no XML document may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
