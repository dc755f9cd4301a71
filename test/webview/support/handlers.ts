import type { StudioRequests } from "../../../src/protocol/studio.ts";

/** What answers the page in the host's place; at once or later. */
export type Handlers = {
  [M in keyof StudioRequests]: (
    params: StudioRequests[M]["params"],
  ) => StudioRequests[M]["result"] | Promise<StudioRequests[M]["result"]>;
};
