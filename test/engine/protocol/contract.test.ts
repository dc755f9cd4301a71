import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ContractError, checkData, checkParams, checkResult } from "../../../src/protocol/contract.ts";
import { engineNotifications, engineRequests, hostRequests } from "../../../src/protocol/engine.ts";
import { metricRowsSchema } from "../../../src/protocol/run/rows.ts";
import { studioEvents, studioRequests } from "../../../src/protocol/studio.ts";
import { arbitraryOf, mutilated, placesOf } from "./arbitraries.ts";

interface Message {
  readonly place: string;
  readonly schema: z.ZodMiniType;
  readonly check: (value: unknown) => unknown;
}

function ofRequests(schemas: Parameters<typeof checkParams>[0]): Message[] {
  return Object.entries(schemas).flatMap(([method, { params, result }]) => [
    { place: `${method}: params`, schema: params, check: (value: unknown) => checkParams(schemas, method, value) },
    { place: `${method}: result`, schema: result, check: (value: unknown) => checkResult(schemas, method, value) },
  ]);
}

function ofMessages(schemas: Parameters<typeof checkData>[0]): Message[] {
  return Object.entries(schemas).map(([name, schema]) => ({
    place: `${name}: data`,
    schema,
    check: (value: unknown) => checkData(schemas, name, value),
  }));
}

const messages = [
  ...ofRequests(engineRequests),
  ...ofMessages(engineNotifications),
  ...ofRequests(hostRequests),
  ...ofRequests(studioRequests),
  ...ofMessages(studioEvents),
];

/** What a check says against a value; undefined: nothing. */
function refusal({ check }: Message, value: unknown): string | undefined {
  try {
    check(value);
    return undefined;
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}

describe.each(messages.map((message) => [message.place, message] as const))("%s", (_, message) => {
  const { place, schema, check } = message;
  const any = arbitraryOf(schema);

  it("comes through the channel as it is", () => {
    fc.assert(
      fc.property(any, (value) => {
        const received: unknown = JSON.parse(JSON.stringify(value));
        expect(received).toEqual(value);
        expect(check(received)).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it("is refused where anything in it is something else, and the refusal says where", () => {
    fc.assert(
      fc.property(any, fc.nat(), (value, draw) => {
        const places = placesOf(schema, value);
        const path = places[draw % places.length] ?? [];
        expect(refusal(message, mutilated(value, path))).toContain(`${[place, ...path].join(".")}: expected`);
      }),
      { numRuns: 30 },
    );
  });

  it("is refused when it is nothing", () => {
    expect(refusal(message, undefined)).toContain(`${place}: expected`);
  });
});

describe("a misfit", () => {
  const rerun = {
    before: { categories: [], reply: "" },
    after: { categories: [], reply: "", latencyMs: 1, messages: [], cached: false },
  };
  const start = { experimentFile: "/w/a.lerl.json", experimentText: "{}", prompts: {} };

  it.each([
    ["a missing parameter", { ...start, experimentText: undefined }, "params.experimentText: expected string"],
    ["a parameter that is no text", { ...start, experimentText: 5 }, "params.experimentText: expected string"],
    ["a misspelt parameter", { ...start, experimentTxt: "" }, 'params: unknown key "experimentTxt"'],
    [
      "a misspelt key further inside",
      { ...start, prompts: { planner: { file: "a", text: "", hash: "x" } } },
      'params.prompts.planner: unknown key "hash"',
    ],
    ["an entry of a list", { ...start, overrides: ["a=1", null] }, "params.overrides.1: expected string"],
  ])("is told apart: %s", (_, params, words) => {
    expect(() => checkParams(engineRequests, "runs/start", params)).toThrow(new ContractError(`runs/start: ${words}`));
  });

  it.each([
    [{ type: "danced" }, 'data.events.0.type: expected "started" or '],
    [{ type: "pool", action: "pin", reflection: "r", value: true }, "data.events.0.value: expected string or number"],
    [{ type: "pool", action: "stroke", reflection: "r" }, 'data.events.0.action: expected "pin" or '],
  ])("in a list of events names what could have stood there: %j", (event, words) => {
    const place = { iteration: 1, userSteps: 1 };
    const nothing = { metrics: [], timing: [], references: [], cursor: { metrics: 0, timing: 0, events: 1 } };
    expect(() =>
      checkData(studioEvents, "appended", { runId: "r", ...nothing, events: [{ ...place, ...event }] }),
    ).toThrow(`appended: ${words}`);
  });

  it("keeps to the lengths the page may ask with", () => {
    const text = "x".repeat(5e6);
    expect(() => checkParams(studioRequests, "editPrompt", { role: "planner", text, version: 1 })).toThrow(
      "editPrompt: params.text: expected a length of at most 4000000",
    );
    expect(() => checkParams(studioRequests, "apply", { runId: "r", changes: [] })).toThrow(
      "apply: params.changes: expected a length of at least 1",
    );
  });

  it("names a key that is of the wrong kind", () => {
    const answer = { ...rerun, categoryNames: { 3: "Pets", four: "Food" } };
    expect(() => checkResult(studioRequests, "rerunStep", answer)).toThrow(
      "rerunStep: result.categoryNames.four: unexpected key",
    );
  });

  it("is not what a newer side adds to an answer: it is left out", () => {
    const answer = { memoryMb: 3, cores: 2 };
    expect(checkResult(engineRequests, "engine/ping", answer)).toEqual({ memoryMb: 3 });
    const greeting = { protocolVersion: 2, workspaceFolder: "/w", theme: "dark" };
    expect(checkParams(engineRequests, "engine/initialize", greeting).protocolVersion).toBe(2);
  });
});

describe("rows of metrics", () => {
  /** The same said entry by entry. */
  const plain = z.array(
    z.object({ iteration: z.number(), userSteps: z.number(), values: z.record(z.string(), z.number()) }),
  );

  it("are taken and refused as a schema per row would", () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(null, "1", undefined));
    const row = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ iteration: number, userSteps: number, values: fc.dictionary(fc.string(), number) }),
      },
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: fc.array(row, { maxLength: 3 }) }, fc.anything()), (rows) => {
        expect(z.safeParse(metricRowsSchema, rows).success).toBe(z.safeParse(plain, rows).success);
      }),
    );
  });

  it("come through as the very rows that came in", () => {
    const rows = [{ iteration: 1, userSteps: 240, values: { rCum: 0.5 } }];
    expect(z.parse(metricRowsSchema, rows)).toBe(rows);
  });
});
