/** Times of interactions: numbers of any unit as they are, dates as milliseconds since 1970. */
import type { Row } from "../tables/row.ts";

const ZONE = "(?<zone>Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?";
const CLOCK = "(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?<fraction>[.,]\\d+)?)?";
const MONTH = "(?<name>[A-Z][a-z]{2})";

/** Ways of writing that leave no doubt which number is the month. */
const forms = [
  // ISO 8601, with a blank for the T and a stroke for the hyphen too
  `(?<year>\\d{4})(?<apart>[-/])(?<month>\\d{2})\\k<apart>(?<day>\\d{2})(?:[T ]${CLOCK})? ?${ZONE}`,
  // RFC 5322: Tue, 03 Apr 2012 18:00:09 +0000
  `(?:[A-Z][a-z]{2}, )?(?<day>\\d{1,2}) ${MONTH} (?<year>\\d{4})(?: ${CLOCK})? ?${ZONE}`,
  // ctime, with a zone in it as Twitter writes: Tue Apr 03 18:00:09 +0000 2012
  `[A-Z][a-z]{2} ${MONTH} +(?<day>\\d{1,2}) ${CLOCK} ?${ZONE} ?(?<year>\\d{4})`,
  // 11/30/2019 9:05:58 AM: who writes AM and PM writes the month first
  `(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{4}) ${CLOCK} ?(?<half>AM|PM)`,
].map((form) => new RegExp(`^${form}$`));

const WHOLE = /^-?\d+$/;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Reads one column: all of it numbers, or all of it dates. */
export class Times {
  private isDates: boolean | undefined;
  /** What whole numbers are counted from where a double does not hold them: nanoseconds since 1970. */
  private origin: bigint | undefined;

  /** Comparable within the column; a date without a zone is taken as UTC, whatever the machine's. */
  read(row: Row, column: number): number {
    const text = row.text(column).trim();
    if (row.isNull(text)) return row.fail(column, "a time");
    const value = Number(text);
    const isDate = Number.isNaN(value);
    this.isDates ??= isDate;
    const time = isDate ? milliseconds(text) : this.number(text, value);
    if (!Number.isFinite(time)) {
      return row.fail(
        column,
        "a number or a date such as 2021-01-31 or 2021-01-31T12:00:00Z (write the column so where its dates have another form)",
      );
    }
    if (isDate !== this.isDates) return row.fail(column, `a ${this.isDates ? "date" : "number"}, as in the rows above`);
    return time;
  }

  /** What `read` gave, for people to read. */
  text(time: number): string {
    if (this.isDates) return new Date(time).toISOString();
    const isExact = this.origin !== undefined && Number.isSafeInteger(time);
    return isExact ? String((this.origin as bigint) + BigInt(time)) : String(time + Number(this.origin ?? 0n));
  }

  private number(text: string, value: number): number {
    if (this.origin === undefined) {
      if (Number.isSafeInteger(value) || !WHOLE.test(text)) return value;
      this.origin = BigInt(text);
    }
    return WHOLE.test(text) ? Number(BigInt(text) - this.origin) : value - Number(this.origin);
  }
}

/** Whether it is a date of the calendar that can be read. */
export const isCalendarDate = (text: string): boolean => Number.isFinite(milliseconds(text.trim()));

/** NaN where the text is no date of the calendar. */
function milliseconds(text: string): number {
  for (const form of forms) {
    const found = form.exec(text)?.groups;
    if (found) return instant(found);
  }
  return Number.NaN;
}

function instant(parts: Readonly<Record<string, string | undefined>>): number {
  const number = (name: string): number => Number(parts[name] ?? 0);
  const month = parts.name === undefined ? number("month") : 1 + months.indexOf(parts.name);
  const day = number("day");
  const [hour, minute, second] = [hourOf(parts.half, number("hour")), number("minute"), number("second")];
  const time = Date.UTC(number("year"), month - 1, day, hour, minute, second);
  // The thirty-first of February would be the third of March, the fifth of the zeroth month one of December.
  const date = new Date(Date.UTC(number("year"), month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  if (!((hour <= 23 || (hour === 24 && minute + second === 0)) && minute <= 59 && second <= 60)) return Number.NaN;
  return time + 1000 * Number((parts.fraction ?? "0").replace(",", ".")) - offset(parts.zone);
}

function hourOf(half: string | undefined, hour: number): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half === "PM" ? 12 : 0);
}

function offset(zone: string | undefined): number {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "");
  if (!found) return 0;
  return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0)) * 60_000;
}
