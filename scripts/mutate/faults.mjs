// Small faults of a source file: each a place, and the text put there instead.
import { parseAst } from "vitest/node";

/** A comparison turned, and moved at its boundary; an operator swapped for its counterpart. */
const counterparts = {
  "<": ["<=", ">"],
  "<=": ["<", ">="],
  ">": [">=", "<"],
  ">=": [">", "<="],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "++": ["--"],
  "--": ["++"],
};

const isText = ({ type, value }) => type === "TemplateLiteral" || typeof value === "string";

/** The operator's own place: the first of its kind between the operands. */
function operatorFaults({ left, right, operator, start, end, argument, prefix }, source, kind) {
  const [from, to] = left ? [left.end, right.start] : prefix ? [start, argument.start] : [argument.end, end];
  const at = source.indexOf(operator, from);
  if (at < 0 || at >= to || (operator === "+" && (isText(left) || isText(right)))) return [];
  return (counterparts[operator] ?? []).map((put) => ({ kind, start: at, end: at + operator.length, put }));
}

const isGuard = ({ consequent, alternate }) => {
  const body = consequent.type === "BlockStatement" ? consequent.body : [consequent];
  const leaving = ["ReturnStatement", "ThrowStatement", "ContinueStatement", "BreakStatement"];
  return alternate === null && leaving.includes(body.at(-1)?.type);
};

const negated = (test, source) => ({
  kind: "condition negated",
  start: test.start,
  end: test.end,
  put: `!(${source.slice(test.start, test.end)})`,
});

const removed = (kind, { start, end }, put = "") => ({ kind, start, end, put });

/** Faults of one node, by its type. */
const faultsByType = {
  BinaryExpression: (node, source) =>
    operatorFaults(node, source, /^([<>]=?|[!=]==)$/.test(node.operator) ? "comparison" : "operator"),
  LogicalExpression: (node, source) => operatorFaults(node, source, "connective"),
  AssignmentExpression: (node, source) => operatorFaults(node, source, "operator"),
  UpdateExpression: (node, source) => operatorFaults(node, source, "operator"),
  UnaryExpression: (node, source) =>
    ["!", "-"].includes(node.operator)
      ? [{ ...removed("sign or negation left out", node), put: source.slice(node.argument.start, node.argument.end) }]
      : [],
  Literal: ({ start, end, value }) => {
    if (typeof value === "boolean") return [{ kind: "constant", start, end, put: String(!value) }];
    return typeof value === "number"
      ? [{ kind: "constant", start, end, put: String(value === 0 ? 1 : value * 2) }]
      : [];
  },
  IfStatement: (node, source) => [
    negated(node.test, source),
    ...(isGuard(node) ? [removed("guard removed", node, ";")] : []),
  ],
  ConditionalExpression: ({ test }, source) => [negated(test, source)],
  WhileStatement: ({ test }, source) => [negated(test, source)],
  ExpressionStatement: (node) => (node.directive ? [] : [removed("statement removed", node, ";")]),
  ObjectExpression: ({ properties }, source) =>
    properties.map((property) => {
      const comma = /^\s*,/.exec(source.slice(property.end))?.[0].length ?? 0;
      return { ...removed("property left out", property), end: property.end + comma };
    }),
};

function visit(node, source, found) {
  found.push(...(faultsByType[node.type]?.(node, source) ?? []));
  for (const [key, child] of Object.entries(node)) {
    if (key === "typeAnnotation" || key === "typeArguments" || key === "returnType") continue;
    for (const one of Array.isArray(child) ? child : [child]) {
      if (typeof one?.type === "string" && !/^(TS(Type|Interface|Enum)|Import)/.test(one.type))
        visit(one, source, found);
    }
  }
}

/** Every fault of a TypeScript source: { kind, start, end, put, line, was }. */
export function faultsOf(source) {
  const found = [];
  // AssemblyScript marks functions with decorators, which TypeScript has for classes alone.
  const plain = source.replaceAll(/^@\w+$/gm, (decorator) => " ".repeat(decorator.length));
  visit(parseAst(plain, { lang: "ts" }), source, found);
  return found.map((fault) => ({
    ...fault,
    line: source.slice(0, fault.start).split("\n").length,
    was: source.slice(fault.start, fault.end),
  }));
}

export const withFault = (source, { start, end, put }) => source.slice(0, start) + put + source.slice(end);
