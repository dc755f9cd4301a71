/** What a request may do, and what happens where it names files outside the workspace. */
import type { EngineRequests } from "../../protocol/engine.ts";

/**
 * `looks`: only looks at what is there, and writes nothing where trust is missing; all others want a trusted workspace.
 * `asks`: a person begins it, and can be asked for files that it reads.
 * `names`: reads them for names of categories only, and answers without where it may not.
 */
type Kind = "looks" | "asks" | "names";

const kinds: Readonly<Record<keyof EngineRequests, readonly Kind[]>> = {
  "engine/initialize": [],
  "engine/ping": ["looks"],
  "engine/shutdown": [],
  "workspace/trust": [],
  "files/allow": [],
  "suites/check": ["asks"],
  "runs/start": ["asks"],
  "runs/list": ["looks"],
  "runs/pause": [],
  "runs/resume": ["asks"],
  "runs/stop": [],
  "runs/change": [],
  "runs/describe": [],
  "runs/slice": ["looks"],
  "runs/range": ["looks"],
  "runs/episodes": ["looks"],
  "runs/episode": ["looks", "asks", "names"],
  "runs/rerunStep": ["asks"],
  "runs/compare": ["looks"],
  "runs/evaluate": ["asks"],
  "runs/report": [],
  "trials/list": ["looks"],
  "trials/try": ["asks"],
  "trials/fitting": ["looks"],
  "trials/reflection": ["asks"],
  "trials/reflectionFitting": ["looks"],
  "trials/stop": [],
  "trials/goOn": ["asks"],
  "trials/visit": ["looks", "asks", "names"],
  "moments/keep": ["asks"],
  "moments/keepPreview": ["asks"],
  "reflections/list": ["looks"],
  "reflections/sheet": ["looks"],
  "reflections/change": [],
  "prompts/render": [],
  "prompts/diagnose": ["looks"],
  "data/describe": ["looks", "asks"],
  "data/propose": ["looks", "asks"],
  "storage/list": [],
  "models/detect": [],
  "models/test": [],
};

export const isOf = (kind: Kind, method: keyof EngineRequests): boolean => kinds[method].includes(kind);
