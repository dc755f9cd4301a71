/** One built checkout that is measured, and the folder its runs are written to. */
export interface Side {
  /** Its `dist`, which nobody builds anew meanwhile. */
  readonly dist: string;
  /** A folder of its own: runs, caches and user models of one side are not the other's. */
  readonly workspace: string;
  /** The bundled kernel measurements on this side's engine (kernelsProcess.ts); undefined: they do not go with it. */
  readonly kernels: string | undefined;
}
