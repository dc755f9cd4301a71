/** Small files with the header lines of the published KuaiRand-Pure and KuaiRec files. */

const userHeader =
  "user_id,user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,follow_user_num,follow_user_num_range,fans_user_num,fans_user_num_range,friend_user_num,friend_user_num_range,register_days,register_days_range,onehot_feat0,onehot_feat1,onehot_feat2,onehot_feat3,onehot_feat4,onehot_feat5,onehot_feat6,onehot_feat7,onehot_feat8,onehot_feat9,onehot_feat10,onehot_feat11,onehot_feat12,onehot_feat13,onehot_feat14,onehot_feat15,onehot_feat16,onehot_feat17";

export const userFeatures = [
  userHeader,
  '0,full_active,0,1,1,514,500+,150,"[100,1k)",34,"[30,60)",799,730+,1,1,29,949,1.0,0,0,14,135,6,3,0,0.0,1.0,0.0,0.0,0.0,0.0',
  '1,full_active,0,-124,1,457,"(250,500]",20,"[10,100)",3,"[1,5)",1474,730+,1,3,2,1160,4.0,0,0,31,283,6,2,2,1.0,0.0,1.0,0.0,0.0,0.0',
  '2,high_active,0,-124,1,8,"(0,10]",26,"[10,100)",3,"[1,5)",231,181-365,1,0,2,1176,,0,0,31,275,5,2,2,,,,,,',
  '3,high_active,0,-124,0,8,"(0,10]",26,"[10,100)",3,"[1,5)",231,181-365,1,0,2,1176,2.0,0,0,31,275,5,2,2,0.0,0.0,0.0,1.0,0.0,0.0',
];

const videoHeader =
  "video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,music_type,tag";

/** Video 3 is untagged, 2 without a duration, 4 never shown. */
export const videos = [
  videoHeader,
  "0,7349781,NORMAL,2022-04-10,LongImport,0.0,87433.0,720.0,1280.0,9155697141,9.0,39",
  '1,2103883,NORMAL,2022-04-10,Kmovie,0.0,218066.0,720.0,1280.0,6355810746,9.0,"20,2"',
  "2,5067285,AD,2022-04-09,ShortImport,0.0,,720.0,1280.0,6618412736,4.0,1",
  "3,786360,NORMAL,2022-04-11,ShortImport,0.0,6466.0,1280.0,720.0,8146895282,4.0,",
  "4,4269732,NORMAL,2022-04-10,LongImport,0.0,27160.0,720.0,1280.0,0,,2",
];

export const logHeader =
  "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab";

/** One log row: who, what, when, and `click,like,follow,comment,forward,hate,long_view`. */
export const logRow = (user: number, video: number, time: number, feedback: string): string =>
  `${user},${video},20220425,1800,${time},${feedback},1033,168241,0,0,0,0,1`;

export const itemCategories = ["video_id,feat", "0,[8]", '1,"[27, 9]"', "2,[9]", "3,[5]"];
export const matrixHeader = "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio";
