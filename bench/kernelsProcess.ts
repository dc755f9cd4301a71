/** The kernel figures as one line of JSON: a process of its own, so that the engine of another checkout can be measured. */
import { kernelFigures } from "./kernels.ts";

console.log(JSON.stringify(await kernelFigures()));
