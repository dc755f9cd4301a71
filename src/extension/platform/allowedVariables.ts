/** Which environment variables may be sent as API keys, and where: as the user allowed it, for this workspace alone. */
import type { Memento } from "vscode";
import type { WantedKey } from "../../protocol/wantedKeys.ts";

/** In the editor's own storage of the workspace, not in its files. */
const MEMORY_KEY = "lerl.allowedVariables";

type Allowed = Required<WantedKey>;

export class AllowedVariables {
  constructor(private readonly memory: Memento) {}

  all(): readonly Allowed[] {
    return this.memory.get<readonly Allowed[]>(MEMORY_KEY, []);
  }

  has(asked: Allowed): boolean {
    return this.all().some((allowed) => isSame(allowed, asked));
  }

  async allow(asked: Allowed): Promise<void> {
    await this.memory.update(MEMORY_KEY, [...this.without(asked), asked]);
  }

  async forget(asked: Allowed): Promise<void> {
    await this.memory.update(MEMORY_KEY, this.without(asked));
  }

  private without(asked: Allowed): readonly Allowed[] {
    return this.all().filter((allowed) => !isSame(allowed, asked));
  }
}

const isSame = (one: Allowed, other: Allowed): boolean =>
  one.variable === other.variable && one.origin === other.origin;
