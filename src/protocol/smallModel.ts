/** Bytes of a model that is small: it is loaded without a question, only to be tried. */
export const SMALL_MODEL_BYTES = 8e9;
