/** Workspace trust: reading is always possible, whatever starts work wants a trusted workspace. */
import { workspace } from "vscode";
import { UntrustedError } from "./errors.ts";

export const isTrusted = (): boolean => workspace.isTrusted;

/** @throws UntrustedError */
export function requireTrust(): void {
  if (!isTrusted()) throw new UntrustedError();
}
