/** Texts on which a careless expression takes the square of their length, or worse. Each takes its length, about. */
export type Adversary = readonly [name: string, write: (length: number) => string];

const repeated = (part: string, length: number): string => part.repeat(Math.ceil(length / part.length));
const of = (part: string): Adversary => [JSON.stringify(part), (length) => repeated(part, length)];
const numbered = (name: string, write: (i: number) => string): Adversary => [
  name,
  (length) => Array.from({ length: length / 8 }, (_, i) => write(i)).join(""),
];

/** For whatever reads text at all. */
export const anyAdversaries: readonly Adversary[] = [
  ...[
    " ",
    "\n",
    "\r",
    " \n",
    "\t",
    '"',
    "'",
    "\\",
    "`",
    "*",
    "*a ",
    "_",
    "[",
    "{",
    "]",
    "(",
    "<",
    "<a",
    "[]",
    "a.",
    "1,",
  ].map(of),
  ["blanks before a word", (n) => `${" ".repeat(n)}x`],
  ["blanks between words", (n) => `x${" ".repeat(n)}x${" ".repeat(n)}x`],
  ["blanks behind a bracket", (n) => `[1]${" ".repeat(n)}x`],
  ["letters before a blank", (n) => `${"a".repeat(n)} `],
  ["one word", (n) => "a".repeat(n)],
  ["umlauts", (n) => "ä".repeat(n)],
  ["digits", (n) => "1".repeat(n)],
  ["lines of blanks", (n) => repeated(`${" ".repeat(100)}x\n`, n)],
];

/** For templates. */
export const templateAdversaries: readonly Adversary[] = [
  ...[
    "{{",
    "{%",
    "{{ ",
    "{{ a }}",
    '{{ "a',
    "{{ 'a\\",
    "{% raw %}",
    "{% comment %}",
    "{% for a in a %}",
    "{% if a %}",
  ].map(of),
  ...["{{ reflections }}", "{% for r in reflections %}", "{% capture a %}", "# system\n", "---\n"].map(of),
  ["raw without an end", (n) => `{% raw %}${repeated("{% endraw ", n)}`],
  ["raw and blanks", (n) => `{% raw %}${repeated(`{%${" ".repeat(50)}`, n)}`],
  ["loops that end", (n) => `${repeated("{% for a in a %}", n)}${repeated("{% endfor %}", n)}`],
  ["many words in an output", (n) => `{{ ${repeated("a ", n)}}}`],
  ["many fields in an output", (n) => `{{ slates${repeated(".first", n)} }}`],
  ["many brackets in an output", (n) => `{{ ${repeated("a[", n)}${repeated("]", n / 2)} }}`],
  ["blanks in an output", (n) => `{{ ${" ".repeat(n)} }}`],
  ["quotes in an output", (n) => `{{ ${'"'.repeat(n)} }}`],
  ["pipes in an output", (n) => `{{ a${"|".repeat(n)} }}`],
  ["blanks in a loop", (n) => `{% for ${" ".repeat(n)};`],
  ["a word and a dot", (n) => `{{ ${"a".repeat(n)} a.`],
  numbered("names that are set", (i) => `{% assign a${i} = 1 %}`),
  numbered("names that are set and used", (i) => `{% assign a${i} = 1 %}{{ a${i} }}`),
  numbered("names that are unknown", (i) => `{{ a${i} }}`),
  ["a heading and blanks", (n) => `# system${" ".repeat(n)}x`],
  ["a fence and blanks", (n) => `---${" ".repeat(n)}x`],
  ["a fence that is never closed", (n) => `---\n${repeated("--- x\n", n)}`],
  ["a head of many settings", (n) => `---\nvariables:\n${repeated("  a: 1\n", n)}---\n# system\na\n# user\nb\n`],
  ["a head with carriage returns", (n) => `---\r\nvariables:\r\n${repeated("  a: 1\r\n", n)}---\r\n# system\r\na\r\n`],
];

/** For replies. */
export const replyAdversaries: readonly Adversary[] = [
  ...["<think>", "</think>", "\n<think>", "<think></think>", "<think><thinking></think><answer>", "<|channel|>"].map(
    of,
  ),
  ...[
    "<|channel|>a<|constrain|>",
    "<|channel|>a<|message|>",
    "<|begin_of_box|>",
    "<answer>",
    "analysis",
    "assistant",
  ].map(of),
  ...[
    "[1,",
    '{"',
    "{'a",
    '["\\"',
    "[1,] x ",
    "[1, /*",
    "[//",
    "【1】",
    "｛",
    "[“",
    "Lesson: ",
    "a. ",
    "data: x\n",
    ":\n",
  ].map(of),
  ["thoughts in thoughts", (n) => `${repeated("<think>", n)}${repeated("</think>", n)}`],
  ["a channel and a word", (n) => `<|channel|>${"a".repeat(n)}`],
  ["a channel and blanks", (n) => `<|channel|>${" ".repeat(n)}`],
  ["an analysis and blanks", (n) => `analysis${repeated(`assistant${" ".repeat(200)}`, n)}`],
  ["lists in lists", (n) => `${"[".repeat(n)}${"]".repeat(n)}`],
  ["objects in objects", (n) => `${repeated('{"a":', n)}1${"}".repeat(Math.ceil(n / 5))}`],
  ["a list without an end", (n) => `{"categories": [${repeated("1, ", n)}`],
  ["loose words in braces", (n) => `{${repeated("word ", n)}}`],
  ["a lesson's announcement", (n) => `the lesson from ${"a".repeat(n)}`],
  ["a web page", (n) => `<html>${repeated("<title", n)}`],
  ["a server's address", (n) => `http://${repeated("/chat/completions", n)}`],
];
