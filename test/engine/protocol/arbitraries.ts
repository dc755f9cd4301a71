/** Any value that a schema of messages takes, and every place in one where it takes nothing else. */
import fc from "fast-check";
import * as z from "zod/mini";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { metricRowsSchema } from "../../../src/protocol/run/rows.ts";
import { experimentValueSchema } from "../../../src/protocol/run.ts";
import { quitRuleValueSchema } from "../../../src/protocol/trial/record.ts";

type Schema = z.core.$ZodType;
type Path = readonly (string | number)[];

// JSON has no -0.
const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const keyOf = (names: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  names.map(String).filter((name) => name !== "__proto__");
const key = keyOf(fc.string());

/** Schemas that say in code what they take. */
const custom = new Map<Schema, fc.Arbitrary<unknown>>([
  [
    metricRowsSchema,
    fc.array(
      fc.record({ iteration: real, userSteps: real, values: fc.dictionary(key, real) }, { noNullPrototype: true }),
    ),
  ],
  [experimentValueSchema, fc.nat().map((seed) => experimentSchema.parse({ seed }))],
  [quitRuleValueSchema, fc.nat().map((repeatCost) => ({ rule: "temper", repeatCost }))],
]);

export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const { least, most, pattern } = limitsOf(def.checks);
  switch (def.type) {
    case "string":
      return pattern
        ? fc.stringMatching(pattern).filter(({ length }) => length <= most)
        : fc.string({ minLength: least, maxLength: Math.min(most, least + 20) });
    case "number":
      if ("format" in def) return fc.integer({ min: least, max: Math.min(most, least + 1000) });
      return def.checks?.length ? fc.double({ min: least, max: most, noNaN: true }) : real;
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "unknown":
      // JSON knows no -0.
      return fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
    case "enum":
      return fc.constantFrom(...Object.values(def.entries));
    case "literal":
      return fc.constantFrom(...def.values);
    case "array":
      return fc.array(arbitraryOf(def.element), { minLength: least, maxLength: Math.min(most, least + 4) });
    case "tuple":
      return fc.tuple(...def.items.map(arbitraryOf));
    case "record": {
      const names = typeOf(def.keyType) === "number" ? fc.nat().map(String) : keyOf(arbitraryOf(def.keyType));
      return fc.dictionary(names, arbitraryOf(def.valueType), { noNullPrototype: true });
    }
    case "union":
      return fc.oneof(...def.options.map(arbitraryOf));
    case "nullable":
      return fc.option(arbitraryOf(def.innerType), { nil: null });
    case "optional":
    case "default":
    case "prefault":
    case "readonly":
      return arbitraryOf(def.innerType);
    case "object": {
      const entries = Object.entries(def.shape);
      const fields = Object.fromEntries(entries.map(([name, field]) => [name, arbitraryOf(field)]));
      const requiredKeys = entries.filter(([, field]) => typeOf(field) !== "optional").map(([name]) => name);
      return fc.record(fields, { requiredKeys, noNullPrototype: true });
    }
    default: {
      const known = custom.get(schema);
      if (known) return known;
      throw new Error(`Nobody has said yet what a schema of type ${def.type} takes.`);
    }
  }
}

/** The places in a value whose content a schema prescribes. */
export function placesOf(schema: Schema, value: unknown, path: Path = []): Path[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (value === undefined) return [];
  const inside = (name: string | number, part: Schema): Path[] =>
    placesOf(part, (value as Record<string | number, unknown>)[name], [...path, name]);
  switch (def.type) {
    case "unknown":
      return [];
    case "optional":
    case "default":
    case "prefault":
    case "readonly":
      return placesOf(def.innerType, value, path);
    case "union":
      return placesOf(def.options.find((option) => z.safeParse(option, value).success) ?? z.never(), value, path);
    case "array":
      return [path, ...(value as unknown[]).flatMap((_, index) => inside(index, def.element))];
    case "record":
      return [path, ...Object.keys(value as object).flatMap((name) => inside(name, def.valueType))];
    case "object":
      return [path, ...Object.entries(def.shape).flatMap(([name, part]) => inside(name, part))];
    default:
      return [path];
  }
}

/** The value with something at `path` that nothing takes: an object's place gets a text, every other an object. */
export function mutilated(value: unknown, [first, ...rest]: Path): unknown {
  if (first === undefined) return typeof value === "object" && value !== null ? "wrong" : { wrong: true };
  if (Array.isArray(value)) return value.map((part, index) => (index === first ? mutilated(part, rest) : part));
  const parts = value as Record<string | number, unknown>;
  return { ...parts, [first]: mutilated(parts[first], rest) };
}

function limitsOf(checks: readonly z.core.$ZodCheck[] = []) {
  let least = 0;
  let most = 1_000_000;
  let pattern: RegExp | undefined;
  for (const check of checks) {
    const { def } = (check as z.core.$ZodChecks)._zod;
    if (def.check === "greater_than") least = Number(def.value);
    else if (def.check === "less_than") most = Number(def.value);
    else if (def.check === "min_length") least = def.minimum;
    else if (def.check === "max_length") most = def.maximum;
    else if (def.check === "string_format") pattern = def.pattern;
  }
  return { least, most, pattern };
}

const typeOf = (schema: Schema): string => (schema as z.core.$ZodTypes)._zod.def.type;
