/**
 * Places in linear time, for every template: Liquid counts lines from the beginning for each place it tells, which in a long
 * text with many places is no end of counting. It has no setting for it, so its method is replaced.
 */
import { Token } from "liquidjs";
import { LineIndex } from "./textPositions.ts";

let indexed = new LineIndex("");

Token.prototype.getPosition = function (): [number, number] {
  if (indexed.text !== this.input) indexed = new LineIndex(this.input);
  const { line, character } = indexed.position(this.begin);
  return [line + 1, character + 1];
};
