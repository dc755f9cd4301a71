/** Takes in the rows of a log: finds their users and items, and leaves out what no plan could allow. */
import { EntityTable } from "../entityTable.ts";
import { DropCounter, reasons } from "../loading.ts";
import { LogBuilder } from "../logBuilder.ts";
import type { ItemList } from "./itemList.ts";

/** Rows whose ids are looked up together: memory answers many questions in the time of one. */
const BATCH = 256;

export class Interactions {
  readonly users = new EntityTable();
  readonly dropped = new DropCounter();
  readonly log = new LogBuilder();
  private readonly userIds: string[] = new Array(BATCH).fill("");
  private readonly itemIds: string[] = new Array(BATCH).fill("");
  private readonly told = new Int32Array(BATCH);
  private readonly times = new Float64Array(BATCH);
  private readonly userRows = new Int32Array(BATCH);
  private readonly itemRows = new Int32Array(BATCH);
  private waiting = 0;
  /** By row of the list as it was at first: 1 where the item has a category. */
  private readonly isTagged: Uint8Array;

  /** @param otherwise category of the items that the list lacks; undefined: their rows are left out */
  constructor(
    private readonly list: ItemList,
    private readonly otherwise: string | undefined,
  ) {
    this.isTagged = Uint8Array.from(list.labels, (labels) => (labels.length > 0 ? 1 : 0));
  }

  /** @param told feedback given, and above it (from bit 8 on) feedback recorded */
  add(userId: string, itemId: string, told: number, time: number): void {
    const i = this.waiting++;
    this.userIds[i] = userId;
    this.itemIds[i] = itemId;
    this.told[i] = told;
    this.times[i] = time;
    if (this.waiting === BATCH) this.flush();
  }

  /** Takes in what still waits. */
  flush(): void {
    const { users, waiting, userIds, itemIds, userRows } = this;
    const itemRows = this.itemRows;
    this.list.items.findAll(itemIds, waiting, itemRows);
    users.findAll(userIds, waiting, userRows);
    for (let i = 0; i < waiting; i++) this.take(i, itemRows[i] as number);
    this.waiting = 0;
  }

  private take(i: number, found: number): void {
    const { users, dropped, told, times } = this;
    const itemId = this.itemIds[i] as string;
    const item = found < 0 && this.otherwise !== undefined ? this.unlisted(itemId, this.otherwise) : found;
    if (item < 0) dropped.add(reasons.unknownItem, 1, itemId);
    else if (this.isTagged[item] === 0) dropped.add(reasons.untaggedInteraction, 1, itemId);
    else {
      const known = this.userRows[i] as number;
      const user = known >= 0 ? known : users.findOrAdd(this.userIds[i] as string);
      const bits = told[i] as number;
      this.log.add(user, item, times[i] as number, bits & 0xff, bits >> 8);
    }
  }

  /** The row of an item that the list lacks, added when it is new. */
  private unlisted(itemId: string, category: string): number {
    const row = this.list.items.find(itemId);
    if (row >= 0) return row;
    this.list.labels.push([category]);
    return this.list.items.add(itemId, [category]);
  }
}
