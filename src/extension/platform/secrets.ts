/** API keys in the editor's SecretStorage, one per server: a key never goes to another server than it was given for. */
import type { SecretStorage } from "vscode";
import { originOf } from "../../protocol/serverAddress.ts";

const KEY_PREFIX = "lerl.apiKey:";
const SERVERS_KEY = "lerl.apiKey.servers";

export class ApiKeys {
  constructor(private readonly secrets: SecretStorage) {}

  get(baseUrl: string): Thenable<string | undefined> {
    return this.secrets.get(keyName(baseUrl));
  }

  async set(baseUrl: string, key: string): Promise<void> {
    await this.secrets.store(keyName(baseUrl), key);
    await this.writeServers([...new Set([...(await this.servers()), originOf(baseUrl)])]);
  }

  /** The servers a key is kept for. */
  async servers(): Promise<readonly string[]> {
    const text = await this.secrets.get(SERVERS_KEY);
    return text === undefined ? [] : (JSON.parse(text) as readonly string[]);
  }

  async forget(baseUrl: string): Promise<void> {
    await this.secrets.delete(keyName(baseUrl));
    await this.writeServers((await this.servers()).filter((server) => server !== originOf(baseUrl)));
  }

  private writeServers(servers: readonly string[]): Thenable<void> {
    return this.secrets.store(SERVERS_KEY, JSON.stringify(servers));
  }
}

const keyName = (baseUrl: string): string => `${KEY_PREFIX}${originOf(baseUrl)}`;
