/**
 * What a prompt file may hold besides variables: front matter keys, Liquid tags and filters. The engine allows nothing
 * that is not in these tables; the editor completes and explains from them.
 */
import { promptRoles } from "./promptRole.ts";

export type { PromptDiagnostic, PromptProblemCode, TextPosition, TextRange } from "./promptDiagnostic.ts";

/** A word of the language, with what it does and how it is written. */
export interface SyntaxEntry {
  readonly name: string;
  readonly meaning: string;
  readonly example: string;
}

export interface FrontMatterKey extends SyntaxEntry {
  /** The values there are, where they are a closed set. */
  readonly values?: readonly string[];
}

export const frontMatterKeys: readonly FrontMatterKey[] = [
  {
    name: "role",
    meaning: "Whom the prompt instructs: the planner before each slate, or the critic after each session. Required.",
    example: "role: planner",
    values: promptRoles,
  },
  {
    name: "model",
    meaning: "Model name as the server knows it. The experiment's `planner.model` or `critic.model` goes before it.",
    example: "model: llama3.1:8b",
  },
  {
    name: "temperature",
    meaning: "Sampling temperature, 0 to 2. The experiment's `temperature` goes before it.",
    example: "temperature: 0",
  },
  { name: "maxTokens", meaning: "Longest reply, in tokens, 1 to 100,000.", example: "maxTokens: 200" },
  {
    name: "variables",
    meaning: "The prompt's own variables and their values: texts, numbers, true or false.",
    example: "variables:\n  tone: friendly",
  },
];

export const liquidTags: readonly SyntaxEntry[] = [
  { name: "assign", meaning: "Gives a value a name.", example: "{% assign last = slates | last %}" },
  { name: "break", meaning: "Ends the loop.", example: "{% break %}" },
  { name: "capture", meaning: "Gives rendered text a name.", example: "{% capture line %}…{% endcapture %}" },
  { name: "case", meaning: "Chooses by value.", example: "{% case step %}{% when 1 %}…{% else %}…{% endcase %}" },
  { name: "comment", meaning: "Left out of the prompt.", example: "{% comment %}…{% endcomment %}" },
  { name: "continue", meaning: "Goes on with the loop's next entry.", example: "{% continue %}" },
  { name: "cycle", meaning: "Takes its values in turn, one per pass.", example: '{% cycle "odd", "even" %}' },
  { name: "echo", meaning: "Writes a value, like {{ }}.", example: "{% echo step %}" },
  {
    name: "for",
    meaning: "Repeats its text for every entry of a list.",
    example: "{% for slate in slates %}…{% endfor %}",
  },
  {
    name: "if",
    meaning: "Its text only where the condition holds; with elsif and else.",
    example: "{% if reflections.size > 0 %}…{% endif %}",
  },
  { name: "raw", meaning: "Text taken as it stands.", example: "{% raw %}…{% endraw %}" },
  {
    name: "unless",
    meaning: "Its text only where the condition does not hold.",
    example: "{% unless forloop.last %}, {% endunless %}",
  },
];

export const liquidFilters: readonly SyntaxEntry[] = [
  { name: "abs", meaning: "Without its sign.", example: "{{ -3 | abs }} → 3" },
  { name: "append", meaning: "Text put behind.", example: '{{ "a" | append: "b" }} → ab' },
  { name: "at_least", meaning: "Not below a number.", example: "{{ 3 | at_least: 5 }} → 5" },
  { name: "at_most", meaning: "Not above a number.", example: "{{ 7 | at_most: 5 }} → 5" },
  {
    name: "capitalize",
    meaning: "First letter large, the others small.",
    example: '{{ "mUSIC" | capitalize }} → Music',
  },
  { name: "ceil", meaning: "Rounded up.", example: "{{ 1.2 | ceil }} → 2" },
  { name: "compact", meaning: "Without empty entries.", example: "{{ list | compact }}" },
  { name: "concat", meaning: "Two lists as one.", example: "{{ slates | concat: interests }}" },
  {
    name: "default",
    meaning: "Something else where the value is empty.",
    example: '{{ "" | default: "none" }} → none',
  },
  { name: "divided_by", meaning: "Divided.", example: "{{ 7 | divided_by: 2 }} → 3.5" },
  { name: "downcase", meaning: "Small letters.", example: '{{ "Music" | downcase }} → music' },
  { name: "first", meaning: "A list's first entry.", example: "{{ interests | first }}" },
  { name: "floor", meaning: "Rounded down.", example: "{{ 1.8 | floor }} → 1" },
  {
    name: "join",
    meaning: "A list as text, with something between.",
    example: '{{ categories | map: "name" | join: ", " }}',
  },
  { name: "json", meaning: "As JSON.", example: '{{ "a" | json }} → "a"' },
  { name: "last", meaning: "A list's last entry.", example: "{{ slates | last }}" },
  { name: "lstrip", meaning: "Without blanks at its start.", example: '{{ " a" | lstrip }} → a' },
  { name: "map", meaning: "One field of every entry.", example: '{{ categories | map: "id" }}' },
  { name: "minus", meaning: "Subtracts.", example: "{{ step | minus: 1 }}" },
  { name: "modulo", meaning: "Remainder of a division.", example: "{{ 7 | modulo: 3 }} → 1" },
  { name: "plus", meaning: "Adds.", example: "{{ step | plus: 1 }}" },
  { name: "prepend", meaning: "Text put before.", example: '{{ "b" | prepend: "a" }} → ab' },
  { name: "remove", meaning: "Without a text, everywhere.", example: '{{ "a-b-c" | remove: "-" }} → abc' },
  {
    name: "remove_first",
    meaning: "Without a text, where it stands first.",
    example: '{{ "a-b-c" | remove_first: "-" }} → ab-c',
  },
  {
    name: "remove_last",
    meaning: "Without a text, where it stands last.",
    example: '{{ "a-b-c" | remove_last: "-" }} → a-bc',
  },
  { name: "replace", meaning: "One text for another, everywhere.", example: '{{ "a-b" | replace: "-", "+" }} → a+b' },
  {
    name: "replace_first",
    meaning: "One text for another, where it stands first.",
    example: '{{ "a-b-c" | replace_first: "-", "+" }} → a+b-c',
  },
  {
    name: "replace_last",
    meaning: "One text for another, where it stands last.",
    example: '{{ "a-b-c" | replace_last: "-", "+" }} → a-b+c',
  },
  { name: "reverse", meaning: "A list from its end.", example: "{{ slates | reverse }}" },
  { name: "round", meaning: "Rounded, to so many decimals.", example: "{{ 1.236 | round: 2 }} → 1.24" },
  { name: "rstrip", meaning: "Without blanks at its end.", example: '{{ "a " | rstrip }} → a' },
  { name: "size", meaning: "How many entries or characters.", example: "{{ slates | size }}" },
  { name: "slice", meaning: "A part, from a position on.", example: "{{ interests | slice: 0, 3 }}" },
  { name: "sort", meaning: "A list in order, by a field.", example: '{{ interests | sort: "clicked" }}' },
  {
    name: "sort_natural",
    meaning: "In order without regard to capitals.",
    example: '{{ categories | sort_natural: "name" }}',
  },
  { name: "split", meaning: "A text cut into a list.", example: '{{ "a,b" | split: "," }}' },
  {
    name: "squish",
    meaning: "Blanks at the ends removed, those within made one.",
    example: '{{ " a  b " | squish }} → a b',
  },
  { name: "strip", meaning: "Without blanks at its ends.", example: '{{ " a " | strip }} → a' },
  { name: "strip_newlines", meaning: "Without line ends.", example: "{{ line | strip_newlines }}" },
  { name: "sum", meaning: "Numbers added up, by a field.", example: '{{ interests | sum: "clicked" }}' },
  { name: "times", meaning: "Multiplies.", example: "{{ planSteps | times: 8 }}" },
  { name: "truncate", meaning: "At most so many characters.", example: "{{ reflection.text | truncate: 80 }}" },
  { name: "truncatewords", meaning: "At most so many words.", example: "{{ reflection.text | truncatewords: 20 }}" },
  { name: "uniq", meaning: "Each entry once.", example: "{{ list | uniq }}" },
  { name: "upcase", meaning: "Capital letters.", example: '{{ "music" | upcase }} → MUSIC' },
  {
    name: "where",
    meaning: "The entries whose field has a value.",
    example: '{{ slates | where: "repeated", false }}',
  },
];
