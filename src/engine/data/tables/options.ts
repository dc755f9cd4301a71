/** What a reader is told of a table: how it is written, and what its settings are called. */
import type { TableFormat } from "../../../protocol/experiment/tables.ts";

export interface TableOptions extends Partial<TableFormat> {
  /** Names of the columns of a published file without a header line. */
  readonly columns?: readonly string[];
  /** Cells that say nothing, beside empty ones. */
  readonly nullWords?: readonly string[];
  /** What separates values within a cell: the last to be taken for a delimiter. */
  readonly within?: string;
  /** The setting that says how the file is written, for errors; none for published files. */
  readonly setting?: string;
}
