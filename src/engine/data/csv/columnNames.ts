/** What columns of logs and lists of items are called. Names are compared in lower case, without anything between their words. */

export type Role = "user" | "item" | "time" | "click" | "categories";

const ID = "(id|idx|no|num|number|key|code|hash|uuid|sk)?";

const people =
  "user|usr|u|visitor|customer|client|member|reviewer|viewer|account|listener|reader|player|profile|person|subscriber|buyer|shopper|consumer|student|rater";
const things =
  "item|i|video|movie|film|product|song|track|artist|album|news|article|clickarticle|book|game|app|anime|manga|recipe|business|gmap|hotel|place|venue|poi|location|sku|goods|ad|doc|document|job|course|post|photo|image|content|show|program|beer|wine|restaurant|listing|offer|podcast|playlist|note|clip|joke|question|problem|exercise|material|coupon|paper";

const EVENT = /^(user)?(event|action|behaviou?r|interaction|activity)(type|name|code)?$|^type$/;

/** By role, the likeliest first. */
const patterns: Readonly<Record<Role, readonly RegExp[]>> = {
  user: [
    new RegExp(`^(${people})s?${ID}$`),
    /^(uid|uuid|msno|cookieid|deviceid|steamid|fullvisitorid|householdkey|household)$/,
    /^(user|reviewer|profile|member|customer)\w*name$/,
    /^(visit|visitor|user)?session(id|key|no)?$/,
    /user|customer|visitor/,
  ],
  item: [
    /^parentasin$/,
    new RegExp(`^(${things})s?${ID}$`),
    /^(asin|iid|isbn|sku|malid|stockcode|mid|pid|vid|gid|tid|nid)$/,
    new RegExp(`(${things.replace("|i|", "|").replace("|ad|", "|")})${ID.replace("?", "")}$`),
    /^(\w*title|name)$/,
  ],
  time: [
    /^(timestamps?|timestampms|ts|timems|epoch|unixtime|unixreviewtime|\w*timestamp)$/,
    /^(datetime|time|eventtime|eventdatetime|created|createdat|createtime|reviewtime|utctime|\w*(datetime|timeutc))$/,
    /^(day|dt|tdat|\w*date|(?!\w*(play|watch|dwell|run|spent|listen|read|view|screen)time)\w*time|\w+edat)$/,
  ],
  click: [
    /^(is)?click(ed|s)?$/,
    EVENT,
    /^(is)?(recommended|liked?|label|target|purchased?|bought|order(ed)?|converted|conversion|feedback|watched|longview|positive|interested|consumed|finish(ed)?|read|y)$/,
    /^(ratings?|stars?|overall|score)$/,
    /^\w*(rating|stars?|score|overall|vote|grade)s?$/,
    /^\w*(watchratio|playratio)$/,
    /^\w*(count|plays?|listens|weight|frequency|quantity|qty|hours|hoursplayed|playtime\w*|watchtime\w*|playduration|dwelltime|playtimems)$/,
  ],
  categories: [
    /^categories$/,
    /^genres?$/,
    /^(category|categoryname|maincategory|productgroupname|department|departmentname|topics?|tags?|tagids?|feat|class|themes?|sections?|subjects?|shelves|styles?|beerstyle)$/,
    /^(categoryids?|cate|cateid|cat|catid|cid|categorycode|itemcategory|itemclass|productcategory\w*|genreids?)$/,
    /categor|genre|topic/,
    /^\w*(style|tags?|typename|type|group|class|brand|publisher|author|language|country)$/,
  ],
};

/** Without RecBole's type. */
export const plainName = (name: string): string => name.replace(/:(token|token_seq|float|float_seq)$/, "");

const normal = (name: string): string =>
  plainName(name)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** Whether its cells name kinds of events, be it by numbers. */
export const isEventName = (name: string): boolean => EVENT.test(normal(name));

/** The places of the columns whose names speak for a role, the likeliest first. */
export function placesFor(role: Role, names: readonly string[]): readonly number[] {
  const plain = names.map(normal);
  const rank = (name: string): number => patterns[role].findIndex((pattern) => pattern.test(name));
  return plain
    .map((name, place) => ({ place, rank: rank(name) }))
    .filter((found) => found.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ place }) => place);
}
