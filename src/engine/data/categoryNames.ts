/**
 * The content categories of KuaiRand-Pure and KuaiRec. The published files hold ids only; planners need names.
 *
 * Ids, counts and Chinese names: KuaiRand and KuaiRec, Gao et al., CIKM 2022, CC BY-SA 4.0 (names from KuaiRec's caption
 * file). The English names are translations of ours. The table as a whole is under CC BY-SA 4.0.
 */
export interface KuaishouCategory {
  readonly id: number;
  /** As published, and what the English name translates; both are empty where the sources name none. */
  readonly chinese: string;
  readonly english: string;
  /** Videos of KuaiRand-Pure that carry the id as a tag. */
  readonly kuairandVideos: number;
}

const category = (id: number, chinese: string, english: string, kuairandVideos: number): KuaishouCategory => ({
  id,
  chinese,
  english,
  kuairandVideos,
});

export const kuaishouCategories: readonly KuaishouCategory[] = [
  category(0, "", "", 0),
  category(1, "舞蹈", "Dance", 254),
  category(2, "音乐", "Music", 296),
  category(3, "游戏", "Games", 732),
  category(4, "美妆", "Beauty makeup", 177),
  category(5, "时尚", "Fashion", 102),
  category(6, "明星娱乐", "Celebrity & entertainment", 400),
  category(7, "运动", "Sports", 383),
  category(8, "颜值", "Good looks", 177),
  category(9, "喜剧", "Comedy", 419),
  category(10, "旅游", "Travel", 89),
  category(11, "生活", "Daily life", 181),
  category(12, "美食", "Food", 606),
  category(13, "三农", "Agriculture & rural", 33),
  category(14, "教育", "Education", 43),
  category(15, "艺术", "Art", 245),
  category(16, "健康", "Health", 16),
  category(17, "宠物", "Pets", 220),
  category(18, "汽车", "Cars", 102),
  category(19, "情感", "Emotions & relationships", 99),
  category(20, "二次元", "ACG (anime & comics)", 675),
  category(21, "人文", "Humanities", 41),
  category(22, "财经", "Finance", 37),
  category(23, "时政资讯", "Current affairs", 3),
  category(24, "星座命理", "Horoscope & fate", 41),
  category(25, "亲子", "Parenting & kids", 136),
  category(26, "摄影", "Photography", 82),
  category(27, "高新数码", "High-tech & digital", 58),
  category(28, "民生资讯", "Social news & local info", 145),
  category(29, "科学与法律", "Science & law", 35),
  category(30, "", "", 31),
  category(31, "健身", "Fitness", 0),
  category(32, "短剧", "Short drama", 0),
  category(33, "自拍", "Selfie", 0),
  category(34, "其他", "Other", 40),
  category(35, "军事", "Military", 33),
  category(36, "房产家居", "Real estate & home", 46),
  category(37, "奇人异象", "Oddities", 11),
  category(38, "读书", "Books & reading", 54),
  category(39, "影视综", "Film, TV & variety", 1446),
  category(40, "", "", 5),
  category(42, "", "", 75),
  category(43, "", "", 428),
  category(54, "", "", 10),
  category(56, "", "", 4),
  category(60, "", "", 144),
  category(62, "", "", 489),
  category(65, "", "", 33),
  category(67, "", "", 206),
  category(68, "", "", 428),
];

const byId = new Map(kuaishouCategories.map((entry) => [entry.id, entry]));

/** The English name of a category, or "Category 54" where the sources name none. */
export function categoryName(id: number): string {
  const english = byId.get(id)?.english;
  return english ? english : `Category ${id}`;
}

/** Whether the id is one of KuaiRand's or KuaiRec's. */
export function isKnownCategory(id: number): boolean {
  return byId.has(id);
}
