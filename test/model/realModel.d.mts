/** One question that reached the server. Times in milliseconds. */
export interface Asked {
  readonly state: "open" | "answered" | "refused" | "aborted";
  /** Pieces of its answer so far. */
  readonly parts: number;
  readonly began: number;
  readonly ended: number;
}

export interface RealModel {
  /** As the server lists it. */
  readonly name: string;
  /** Host and port of the recorder in front of the server. */
  readonly address: string;
  readonly baseUrl: string;
  /** Asks for four tokens; the question as it was counted. */
  readonly ask: (content: string) => Promise<Asked>;
  readonly asked: readonly Asked[];
  readonly count: (state: Asked["state"]) => number;
  readonly stop: () => Promise<void>;
}

export function startModel(options?: { readonly slots?: number; readonly context?: number }): Promise<RealModel>;
