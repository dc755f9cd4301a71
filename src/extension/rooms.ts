/** Every room of the extension, in the order in which they register. A new room adds its line here. */
import type { Disposable } from "vscode";
import type { Services } from "./services.ts";

export const rooms: readonly ((services: Services) => Disposable)[] = [];
