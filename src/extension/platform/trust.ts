/** Workspace trust: reading is always possible, whatever starts work wants a trusted workspace. */
import { workspace } from "vscode";
import { UntrustedError } from "./errors.ts";

/** @throws UntrustedError */
export function requireTrust(): void {
  if (!workspace.isTrusted) throw new UntrustedError();
}
