/** A type with everything in it read-only: what came over a channel or out of a file is nobody's to change. */
export type Immutable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Immutable<T[K]> };
