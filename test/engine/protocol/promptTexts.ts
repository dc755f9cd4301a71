/** Generated prompts: templates that Liquid can parse, and any mixture of what prompts are made of. */
import fc from "fast-check";

const name = fc.constantFrom("slates", "step", "tone", "x", "forloop", "a-b", "größe", "size", "empty_");
const blank = fc.constantFrom("", " ", "  ", "\n");
const some = fc.constantFrom(" ", "\n ");
const text = fc.constantFrom("", "plain ", "it's ", '"quoted ', "{ x } ", "# user ", "%} }} ", "\n");
const literal = fc.constantFrom(
  "1",
  "-2",
  "1.5",
  '"a"',
  "'}}'",
  '"it\'s"',
  '"\\""',
  "true",
  "nil",
  "empty",
  '"{{ tone }}"',
);

const segment = fc.oneof(
  fc.constantFrom(".size", ".first", ".clicks", ".and", ".0", "[0]", '["size"]', "['a b']"),
  name.map((one) => `[${one}]`),
  name.map((one) => `[ ${one}.size ]`),
);
const path = fc.tuple(name, fc.array(segment, { maxLength: 3 })).map(([first, segments]) => first + segments.join(""));
const value = fc.oneof({ weight: 3, arbitrary: path }, { weight: 1, arbitrary: literal });

const argument = fc.oneof(
  value,
  value.map((given) => `allow_false: ${given}`),
  value.map((given) => `tone :${given}`),
);
const filter = fc
  .tuple(fc.constantFrom("size", "plus", "default", "where"), fc.array(argument, { maxLength: 3 }), blank)
  .map(([called, given, gap]) => `${gap}|${gap}${called}${given.length > 0 ? `:${gap}${given.join(", ")}` : ""}`);
const filtered = fc
  .tuple(value, fc.array(filter, { maxLength: 2 }))
  .map(([first, filters]) => first + filters.join(""));
const comparison = fc.oneof(
  value,
  fc.tuple(value, fc.constantFrom("==", "!=", ">", " contains "), value).map((parts) => parts.join("")),
);
const condition = fc
  .tuple(comparison, fc.array(fc.tuple(fc.constantFrom(" and ", " or ", " or not "), comparison), { maxLength: 2 }))
  .map(([first, more]) => first + more.flat().join(""));
const list = fc.oneof(
  path,
  fc.tuple(value, value).map(([from, to]) => `(${from}..${to})`),
);
const loopArgument = (called: string) =>
  fc.option(
    fc.tuple(blank, value).map(([gap, given]) => ` ${called}:${gap}${given}`),
    { nil: "" },
  );
const loop = fc
  .tuple(name, list, loopArgument("limit"), fc.constantFrom("", " reversed"), loopArgument("offset"))
  .map(([entry, from, limit, reversed, skipped]) => `for ${entry} in ${from}${limit}${reversed}${skipped}`);

const delimiters = fc.tuple(fc.constantFrom("", "-"), blank, blank, fc.constantFrom("", "-"));
/** `-2` in an output that begins with a dash would be another number. */
const output = fc
  .tuple(filtered, delimiters)
  .map(([inner, [left, before, after, right]]) => `{{${left}${before || " "}${inner}${after || " "}${right}}}`);
const tag = (inner: fc.Arbitrary<string>) =>
  fc
    .tuple(inner, delimiters)
    .map(([body, [left, before, after, right]]) => `{%${left}${before}${body}${after || " "}${right}%}`);
const plainTag = (inner: string) => blank.map((gap) => `{%${gap}${inner}${gap}%}`);

/** Templates that Liquid can parse. */
export const template: fc.Arbitrary<string> = fc.letrec<{ body: string; node: string }>((tie) => ({
  body: fc.array(tie("node"), { maxLength: 4, depthIdentifier: "template" }).map((nodes) => nodes.join("")),
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: "template" },
    text,
    output,
    tag(fc.tuple(some, filtered).map(([gap, inner]) => `echo${gap}${inner}`)),
    tag(fc.tuple(name, blank, filtered).map(([to, gap, from]) => `assign ${to}${gap}=${gap}${from}`)),
    tag(fc.tuple(value, value).map(([one, other]) => `cycle ${one}, ${other}`)),
    tag(fc.constantFrom("# {{ not one", "# it's a note", "#tone")),
    fc
      .tuple(
        tag(fc.constant("raw")),
        fc.constantFrom("{{ tone }}", "{% if", "{% endcomment %}", "x"),
        plainTag("endraw"),
      )
      .map((parts) => parts.join("")),
    fc.tuple(tag(fc.constant("comment")), tie("body"), plainTag("endcomment")).map((parts) => parts.join("")),
    fc
      .tuple(tag(name.map((to) => `capture ${to}`)), tie("body"), plainTag("endcapture"))
      .map((parts) => parts.join("")),
    fc
      .tuple(
        tag(condition.map((holds) => `if ${holds}`)),
        tie("body"),
        tag(condition.map((holds) => `elsif ${holds}`)),
        tie("body"),
        plainTag("else"),
        tie("body"),
        plainTag("endif"),
      )
      .map((parts) => parts.join("")),
    fc
      .tuple(tag(condition.map((holds) => `unless ${holds}`)), tie("body"), plainTag("endunless"))
      .map((parts) => parts.join("")),
    fc
      .tuple(
        tag(value.map((given) => `case ${given}`)),
        tag(fc.tuple(value, fc.constantFrom(", ", " or "), value).map((parts) => `when ${parts.join("")}`)),
        tie("body"),
        plainTag("endcase"),
      )
      .map((parts) => parts.join("")),
    fc.tuple(tag(loop), tie("body"), plainTag("endfor")).map((parts) => parts.join("")),
  ),
})).body;

const pieces = [
  ...[
    "{{",
    "}}",
    "{%",
    "%}",
    "-",
    "{",
    "}",
    "%",
    '"',
    "'",
    "\\",
    "\n",
    " ",
    ".",
    "..",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    "|",
  ],
  ...[
    "---",
    "---\n",
    "\n# system\n",
    "\n# user\n",
    "# user \n",
    "# users\n",
    "role: planner\n",
    "variables:\n  tone: dry\n",
  ],
  ...[
    "tone",
    "step",
    "for x in slates",
    "endfor",
    "assign x = step",
    "raw",
    "endraw",
    "comment",
    "endcomment",
    "if tone",
  ],
  ...["endif", "ä", "1"],
];

/** Any text. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...pieces), { maxLength: 25 })
  .map((parts) => parts.join(""));
