/** What does not fit a schema, in words: where the first thing wrong is, and what was expected there. */
import type * as z from "zod/mini";
import { safeParse } from "zod/mini";

/** For example `params.experimentText: expected string`. */
export function misfit(part: string, [issue]: readonly z.core.$ZodIssue[]): string {
  const place = [part, ...(issue?.path ?? [])].map(String).join(".");
  return `${place}: ${issue ? expectation(issue) : "does not fit"}`;
}

/** The same of a document that lies in a file, with the value found: `$.rows[1].score is null: expected number`. */
export function documentMisfit(document: unknown, [issue]: readonly z.core.$ZodIssue[]): string {
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown> | null | undefined)?.[key],
    document,
  );
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const found = path.length > 0 ? ` is ${shownValue(value)}` : "";
  return `$${place}${found}: ${issue ? expectation(issue) : "not as expected"}`;
}

/** @throws Error with `documentMisfit` */
export function fitting<S extends z.core.$ZodType>(schema: S, document: unknown): z.output<S> {
  const parsed = safeParse(schema, document);
  if (parsed.success) return parsed.data;
  throw new Error(documentMisfit(document, parsed.error.issues));
}

/** As much of a value as fits a line. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

export function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "nonoptional" ? "expected a value" : `expected ${issue.expected}`;
    case "invalid_value":
      return `expected ${alternatives(issue.values)}`;
    case "unrecognized_keys":
      return `unknown key ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "too_small":
      return `expected ${measured(issue.origin)}at least ${issue.minimum}`;
    case "too_big":
      return `expected ${measured(issue.origin)}at most ${issue.maximum}`;
    case "invalid_key":
      return "unexpected key";
    case "invalid_format":
      return `expected ${issue.pattern ?? issue.format}`;
    case "invalid_union":
      return `expected ${formsOf(issue)}`;
    default:
      return issue.message;
  }
}

/** A number by its value, a text or a list by its length. */
const measured = (origin: string): string => (origin === "string" || origin === "array" ? "a length of " : "");

function formsOf(issue: z.core.$ZodIssueInvalidUnion): string {
  if ("options" in issue && issue.options) return alternatives(issue.options);
  const forms = issue.errors.flatMap(([first]) => (first ? expectation(first).replace(/^expected /, "") : []));
  return forms.join(" or ");
}

const alternatives = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(" or ");
