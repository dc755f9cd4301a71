/**
 * The fake `vscode` module against the real one, compared by the compiler alone: every value it exports must be usable
 * where the extension expects VS Code's, statics, constructors and enumerations included. Of namespaces, what parts.ts
 * lists; an export that VS Code does not have is one of the specs' own.
 */
import type * as real from "vscode";
import type { Parts } from "./vscode/parts.ts";
import type * as fake from "./vscode.ts";

/** How specs steer the fake and make what VS Code hands over. */
type Steering =
  | "changeOf"
  | "events"
  | "extensionContext"
  | "host"
  | "memento"
  | "notFaked"
  | "openDocument"
  | "partly"
  | "resetHost"
  | "saveOf"
  | "secretStorage"
  | "TextDocument";

type Real = typeof real;
type Fake = typeof fake;

type Expected = {
  readonly [M in Exclude<keyof Fake, Steering>]: M extends keyof Parts
    ? Pick<Real[M], Parts[M] & keyof Real[M]>
    : M extends keyof Real
      ? Real[M]
      : never;
};

/** Does not compile where the fake has drifted from @types/vscode; the error names the member. */
export const asReal = (module: Fake): Expected => module;
