import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { proposeColumns, type TableKind } from "../../../../src/engine/data/csv/proposal.ts";
import { headOf } from "../../../../src/engine/data/tables/head.ts";
import type { ProposedColumns } from "../../../../src/protocol/engine/data.ts";
import { folderOf } from "../files.ts";

async function proposed(
  lines: readonly string[],
  table: TableKind = "interactions",
  name = "t.csv",
): Promise<ProposedColumns> {
  return proposeColumns(await headOf(join(await folderOf({ [name]: lines }), name)), table);
}

/** The first rows of logs as they are published: their columns are named as there, their rows are invented. */
const logs: readonly (readonly [
  name: string,
  lines: readonly string[],
  proposal: ProposedColumns["proposal"],
  by?: string,
])[] = [
  [
    "MovieLens",
    ["userId,movieId,rating,timestamp", "1,31,2.5,1260759144", "1,1029,3.0,1260759179", "2,31,4.0,835355493"],
    { user: "userId", item: "movieId", click: "rating", time: "timestamp" },
    "amount",
  ],
  [
    "MovieLens 100k",
    ["196\t242\t3\t881250949", "186\t302\t3\t891717742", "22\t377\t1\t878887116", "196\t302\t5\t880606923"],
    { user: 1, item: 2, click: 3, time: 4 },
    "amount",
  ],
  [
    "MovieLens 1M",
    ["1::1193::5::978300760", "1::661::3::978302109", "2::1193::4::978298413"],
    { user: 1, item: 2, click: 3, time: 4 },
    "amount",
  ],
  [
    "KuaiRand",
    [
      "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,play_time_ms,duration_ms,tab",
      "0,7,20220408,1100,1649386928126,1,0,0,14000,14900,1",
      "0,9,20220408,1100,1649386928300,0,0,0,0,9000,1",
      "3,7,20220408,1200,1649386929000,0,0,0,300,9000,0",
    ],
    { user: "user_id", item: "video_id", click: "is_click", time: "time_ms" },
    "bit",
  ],
  [
    "Kuaishou's matrix",
    [
      "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio",
      "14,148,4381,6067,2020-07-05 05:27:48.378,20200705,1593898068.378,0.722",
      "14,183,11635,6100,2020-07-05 05:28:00.057,20200705,1593898080.057,1.907",
      "19,148,6000,6067,2020-07-05 05:29:09.479,20200705,1593898149.479,2.4",
    ],
    { user: "user_id", item: "video_id", click: "watch_ratio", time: "timestamp" },
    "amount",
  ],
  [
    "Amazon reviews, JSON lines",
    [
      '{"rating": 5.0, "title": "Nice", "text": "x, y", "asin": "B01", "parent_asin": "B0A", "user_id": "AE", "timestamp": 1588687728923, "verified_purchase": true}',
      '{"rating": 2.0, "title": "No", "text": "z", "asin": "B02", "parent_asin": "B0B", "user_id": "AF", "timestamp": 1588687728924, "verified_purchase": true}',
    ],
    { user: "user_id", item: "parent_asin", click: "rating", time: "timestamp" },
    "amount",
  ],
  [
    "older Amazon reviews, JSON lines",
    [
      '{"reviewerID": "A2", "asin": "0528", "reviewerName": "J", "helpful": [0, 0], "overall": 5.0, "unixReviewTime": 1370131200, "reviewTime": "06 2, 2013"}',
      '{"reviewerID": "A3", "asin": "0529", "reviewerName": "K", "helpful": [1, 2], "overall": 1.0, "unixReviewTime": 1370131300, "reviewTime": "06 2, 2013"}',
    ],
    { user: "reviewerID", item: "asin", click: "overall", time: "unixReviewTime" },
    "amount",
  ],
  [
    "Yelp, JSON lines",
    [
      '{"review_id":"r1","user_id":"u1","business_id":"b1","stars":3.0,"useful":0,"funny":0,"cool":0,"text":"a","date":"2018-07-07 22:09:11"}',
      '{"review_id":"r2","user_id":"u2","business_id":"b1","stars":5.0,"useful":1,"funny":0,"cool":1,"text":"b","date":"2012-01-03 15:28:18"}',
    ],
    { user: "user_id", item: "business_id", click: "stars", time: "date" },
    "amount",
  ],
  [
    "RetailRocket",
    [
      "timestamp,visitorid,event,itemid,transactionid",
      "1433221332117,257597,view,355908,",
      "1433224214164,992329,view,248676,",
      "1433221999827,111016,addtocart,318965,",
      "1433222276276,599528,transaction,356475,4000",
    ],
    { user: "visitorid", item: "itemid", click: "event", time: "timestamp" },
    "event",
  ],
  [
    "Taobao",
    [
      "1,2268318,2520377,pv,1511544070",
      "1,2333346,2520771,pv,1511561733",
      "1,2576651,149192,pv,1511572885",
      "100,2268318,2520377,buy,1511573000",
      "100,3911125,149192,pv,1511573100",
      "100,2333346,2520771,pv,1511573200",
    ],
    { user: 1, item: 2, click: 4, time: 5, categories: 3 },
    "event",
  ],
  [
    "Tmall",
    [
      "user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type",
      "328862,323294,833,2882,2661,0829,0",
      "328862,844400,1271,2882,2661,0829,0",
      "328863,575153,1271,2882,2661,0830,2",
      "328863,323294,833,2882,2661,0830,0",
    ],
    { user: "user_id", item: "item_id", click: "action_type", time: "time_stamp", categories: "cat_id" },
    "event",
  ],
  [
    "YOOCHOOSE",
    [
      "1,2014-04-07T10:51:09.277Z,214536502,0",
      "1,2014-04-07T10:54:09.868Z,214536500,0",
      "2,2014-04-07T13:56:37.614Z,214662742,0",
      "2,2014-04-07T13:57:19.373Z,214536502,0",
    ],
    { user: 1, item: 3, time: 2 },
  ],
  [
    "Steam",
    [
      "app_id,helpful,funny,date,is_recommended,hours,user_id,review_id",
      "975370,0,0,2022-12-12,true,36.3,51580,0",
      "304390,4,0,2017-02-17,false,11.5,2586,1",
    ],
    { user: "user_id", item: "app_id", click: "is_recommended", time: "date" },
    "bit",
  ],
  [
    "Anime",
    ["user_id,anime_id,rating", "1,20,-1", "1,24,10", "2,24,8"],
    { user: "user_id", item: "anime_id", click: "rating" },
    "amount",
  ],
  [
    "Book-Crossing",
    ['"User-ID";"ISBN";"Book-Rating"', '"276725";"034545104X";"0"', '"276726";"0155061224";"5"'],
    { user: "User-ID", item: "ISBN", click: "Book-Rating" },
    "amount",
  ],
  [
    "Last.fm",
    ["userID\tartistID\tweight", "2\t51\t13883", "2\t52\t11690", "3\t51\t110"],
    { user: "userID", item: "artistID", click: "weight" },
    "amount",
  ],
  [
    "H&M",
    [
      "t_dat,customer_id,article_id,price,sales_channel_id",
      "2018-09-20,000058a1,0663713001,0.0508,2",
      "2018-09-20,00007d2d,0541518023,0.0305,2",
    ],
    { user: "customer_id", item: "article_id", time: "t_dat" },
  ],
  [
    "RecBole's atomic files",
    ["user_id:token\titem_id:token\trating:float\ttimestamp:float", "1\t2\t4\t9.1e8", "2\t2\t1\t9.2e8"],
    { user: "user_id", item: "item_id", click: "rating", time: "timestamp" },
    "amount",
  ],
  [
    "one file",
    ["user;item;label;genres", "u1;i1;1;Jazz|Soul", "u1;i2;0;Rock", "u2;i1;0;Jazz|Soul"],
    { user: "user", item: "item", click: "label", categories: "genres" },
    "bit",
  ],
];

/** Lists of items, likewise. */
const lists: readonly (readonly [
  name: string,
  lines: readonly string[],
  proposal: ProposedColumns["proposal"],
  separator?: string,
])[] = [
  [
    "MovieLens",
    ["movieId,title,genres", "1,Toy Story (1995),Adventure|Comedy", "2,Jumanji (1995),Adventure"],
    { item: "movieId", categories: "genres" },
  ],
  [
    "Anime",
    [
      "anime_id,name,genre,type,episodes,rating,members",
      '32281,Kimi,"Drama, Romance",Movie,1,9.37,200630',
      '5114,Hagane,"Action, Drama",TV,64,9.26,793665',
      "28977,Gintama,Action,TV,51,9.25,114262",
    ],
    { item: "anime_id", categories: "genre" },
    ",",
  ],
  [
    "RetailRocket, as docs/data.md makes it",
    ["itemid,category", "460429,1338", "206783,1114", "395014,1338"],
    { item: "itemid", categories: "category" },
  ],
  [
    "MIND",
    [
      "N55528\tlifestyle\tlifestyleroyals\tThe brands\tShop\thttps://a\t[]\t[]",
      "N19639\thealth\tweightloss\tHabits\tThese\thttps://b\t[]\t[]",
      "N61837\tnews\tnewsworld\tThe cost\tLt.\thttps://c\t[]\t[]",
      "N53526\thealth\tvoices\tI was\tI felt\thttps://d\t[]\t[]",
    ],
    { item: 1, categories: 2 },
  ],
  [
    "H&M",
    [
      "article_id,product_code,prod_name,product_type_name,product_group_name",
      "0108775015,0108775,Strap top,Vest top,Garment Upper body",
      "0108775044,0108775,Strap top (1),Vest top,Garment Upper body",
      "0111565001,0111565,Tights,Leggings,Garment Lower body",
    ],
    { item: "article_id", categories: "product_group_name" },
  ],
  [
    "Steam, JSON lines",
    ['{"app_id":13500,"description":"","tags":["Action","Adventure"]}', '{"app_id":22364,"tags":["Action"]}'],
    { item: "app_id", categories: "tags" },
  ],
  [
    "Kuaishou's categories",
    ["video_id,feat", "0,[8]", '1,"[27, 9]"', "2,[9]"],
    { item: "video_id", categories: "feat" },
  ],
];

describe("the columns of public logs", () => {
  for (const [name, lines, proposal, by] of logs) {
    it(`${name}: who, what, when and what tells of a click`, async () => {
      const { columns, proposal: found } = await proposed(lines);
      expect(found).toEqual(proposal);
      const click = columns.find(({ column }) => column === found.click)?.click;
      expect(click?.by).toBe(by);
    });
  }

  for (const [name, lines, proposal, separator] of lists) {
    it(`${name}: the list of items`, async () => {
      const { columns, proposal: found } = await proposed(lines, "items");
      expect(found).toEqual(proposal);
      expect(columns.find(({ column }) => column === found.categories)?.separator).toBe(separator);
    });
  }
});

describe("a proposal", () => {
  const clickOf = async (lines: readonly string[]) => {
    const { columns, proposal } = await proposed(lines);
    return columns.find(({ column }) => column === proposal.click)?.click;
  };

  it("takes four fifths of a scale of ratings for a click, the middle of other amounts", async () => {
    const rated = (values: readonly number[]) => [
      "user,item,score",
      ...values.map((value, i) => `u${i},i${i},${value}`),
    ];
    expect(await clickOf(rated([1, 2, 3, 4, 5]))).toEqual({ by: "amount", from: [4, 5, 3, 2, 1] });
    expect(await clickOf(rated([2, 10, 7]))).toMatchObject({ by: "amount", from: [8, 10, 7, 2] });
    expect(await clickOf(rated([3, 70, 900]))).toMatchObject({ by: "amount", from: [70, 3, 1] });
  });

  it("takes events that show interest for clicks, the strongest there are", async () => {
    const named = async (...events: readonly string[]) => {
      const click = await clickOf(["user,item,event", ...events.map((event, i) => `u${i},i${i},${event}`)]);
      return click?.by === "event" && click.events.filter(({ isClick }) => isClick).map(({ name }) => name);
    };
    expect(await named("view", "view", "addtocart", "remove_from_cart", "purchase")).toEqual(["addtocart", "purchase"]);
    expect(await named("impression", "impression", "click")).toEqual(["click"]);
    expect(await named("0", "0", "0", "2", "3")).toEqual(["2", "3"]);
  });

  it("names a column by its place where its name is not its own, and shows the first five rows, cut", async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `u${i},${"x".repeat(100)},i${i}`);
    const { columns } = await proposed(["user,item,item", ...rows]);
    expect(columns.map(({ column }) => column)).toEqual(["user", 2, 3]);
    expect(columns[0]?.cells).toEqual(["u0", "u1", "u2", "u3", "u4"]);
    expect(columns[1]?.cells[0]).toBe(`${"x".repeat(59)}…`);
  });
});
