import { describe, expect, it } from "vitest";
import { escapeText } from "../../../../src/engine/comparison/report/markup.ts";

describe("escapeText", () => {
  it("escapes what has a meaning in HTML and shows what it forbids", () => {
    expect(escapeText(`<a b="c" d='e'>&\`\u0000`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&#96;\ufffd");
  });
});
