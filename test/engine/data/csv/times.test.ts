import { describe, expect, it } from "vitest";
import { historiesOf, loadLog, refusal } from "./support.ts";

/** A log of one user whose items are seen at these times. */
const at = (...times: readonly string[]): string[] => [
  "user,item,is_click,at",
  ...times.map((time, i) => `a,${["x", "y", "w"][i % 3]},1,"${time}"`),
];
const timed = { interactions: { time: "at" } };

/** The items in the order of their times. */
const orderOf = async (...times: readonly string[]): Promise<string> =>
  historiesOf(await loadLog(at(...times), timed)).a?.join("") ?? "";

describe("times", () => {
  const forms: readonly (readonly [name: string, latest: string, earliest: string, middle: string])[] = [
    ["seconds", "1609459203", "1609459201", "1609459202"],
    ["seconds with fractions", "1609459203.5", "1609459203.25", "1609459203.4"],
    ["milliseconds", "1609459200003", "1609459200001", "1609459200002"],
    ["microseconds", "1609459200000003", "1609459200000001", "1609459200000002"],
    ["nanoseconds", "1609459200000003000", "1609459200000001000", "1609459200000002000"],
    ["places in an order", "3", "1", "2"],
    ["times before 1970", "0", "-11644473600", "-1"],
    ["powers of ten", "1.5e9", "999999999", "1e9"],
    ["dates", "2021-03-01", "2020-12-31", "2021-02-28"],
    ["dates with slashes", "2021/03/01", "2020/12/31", "2021/02/28"],
    ["days as numbers", "20210301", "20201231", "20210228"],
    ["dates and times", "2021-01-01 10:00:01", "2021-01-01 09:59:59", "2021-01-01 10:00:00"],
    ["times to the minute", "2021-01-01T10:01", "2021-01-01T09:59", "2021-01-01T10:00"],
    ["fractions of a second", "2021-01-01T10:00:00.25Z", "2021-01-01T10:00:00.2Z", "2021-01-01T10:00:00,249999Z"],
    ["zones", "2021-01-01T10:00:00-08:00", "2021-01-01T10:00:00+05:30", "2021-01-01T10:00:00Z"],
    ["zones without a colon", "2021-01-01T10:00:00-08", "2021-01-01T10:00:00+0530", "2021-01-01 10:00:00 UTC"],
    ["mails", "Tue, 03 Apr 2012 18:00:09 +0000", "2 Apr 2012", "Tue, 03 Apr 2012 20:00:08 +0200"],
    ["short messages", "Tue Apr 03 18:00:09 +0000 2012", "Mon Apr  2 18:00:10 2012", "Tue Apr 03 18:00:08 +0000 2012"],
    ["halves of a day", "11/30/2019 12:05:58 PM", "11/30/2019 12:05:59 AM", "11/30/2019 11:59:59 AM"],
    ["leap days", "2024-03-01", "2024-02-28", "2024-02-29"],
  ];

  it.each(forms)("are put in order as %s", async (_, latest, earliest, middle) => {
    expect(await orderOf(latest, earliest, middle)).toBe("ywx");
  });

  it("without a zone are UTC, on whatever machine", async () => {
    expect(await orderOf("2021-07-01T12:00:00Z", "2021-07-01 11:59:59", "2021-07-01T12:00:00+00:01")).toBe("wyx");
    expect(await orderOf("2021-07-01T00:00:01Z", "2021-07-01")).toBe("yx");
  });

  it("that are equal keep the order of the rows", async () => {
    expect(await orderOf("2021-01-01T01:00:00+01:00", "2021-01-01", "2020-12-31T19:00:00-05:00")).toBe("xyw");
  });

  it("are refused where the calendar has none such", async () => {
    for (const day of ["2021-02-31", "2023-02-29", "2021-13-01", "2021-00-10", "2021-04-31", "2021-01-00"]) {
      await refusal(loadLog(at("2021-01-01", day), timed), "data.bad-value", `log.csv:3: column "at" holds "${day}"`);
    }
    for (const time of ["24:30:00", "25:00:00", "10:60:00", "10:00:61"]) {
      await refusal(loadLog(at(`2021-01-01 ${time}`), timed), "data.bad-value", "log.csv:2", "2021-01-31T12:00:00Z");
    }
  });

  it("are refused where they could be read in two ways, with a form that is read", async () => {
    for (const time of [
      "12/31/2021",
      "31.12.2021",
      "1/2/2021",
      "2021-1-5",
      "Jan 5 2021",
      "10:00",
      "1,609,459,200",
      "Infinity",
    ]) {
      await refusal(loadLog(at(time), timed), "data.bad-value", `holds "${time}"`, "a date such as 2021-01-31");
    }
  });

  it("are refused where they say nothing", async () => {
    for (const time of ["", " ", "NaN", "null"]) {
      await refusal(loadLog(at("1", time), timed), "data.bad-value", 'log.csv:3: column "at"', "expected a time");
    }
  });

  it("are all numbers or all dates", async () => {
    const mixed = (...times: readonly string[]) => loadLog(at(...times), timed);
    await refusal(mixed("2021-01-01", "1609459200"), "data.bad-value", "log.csv:3", "expected a date, as in the rows");
    await refusal(mixed("5", "6", "2021-01-01"), "data.bad-value", "log.csv:4", "expected a number, as in the rows");
  });

  it("tell a duplicate from a second visit", async () => {
    const rows = [...at("5", "5"), "a,x,1,5.0", "a,x,0,5", "a,x,1,6", "b,x,1,5"];
    const data = await loadLog(rows, timed);
    expect(historiesOf(data)).toEqual({ a: ["x", "y", "-x", "x"], b: ["x"] });
    const untimed = await loadLog(rows, {});
    expect(historiesOf(untimed)).toEqual({ a: ["x", "y", "x", "-x", "x"], b: ["x"] });
    const days = [...at("2021-01-01", "2021-01-01"), "a,x,1,2021-01-01T00:00:00Z"];
    expect(historiesOf(await loadLog(days, timed))).toEqual({ a: ["x", "y"] });
  });
});
