const bounds = new Set(["minItems", "maxItems"]);

/** The same schema for servers that take no lengths of lists; also what a question is identified by, with bounds or not. */
export const withoutBounds = (schema: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(schema), (key, value) => (bounds.has(key) ? undefined : value));
