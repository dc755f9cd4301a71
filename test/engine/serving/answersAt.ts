import { AnswerFile } from "../../../src/engine/serving/answerFile.ts";

/** Answers kept in a file of which nothing needs to be said. */
export const answersAt = (file: string): Promise<AnswerFile> =>
  AnswerFile.open(file, (message) => {
    throw new Error(message);
  });
