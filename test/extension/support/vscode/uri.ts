/** `Uri` of the fake `vscode` module: files and virtual documents, as far as the extension uses them. */
import { posix } from "node:path";
import type * as vscode from "vscode";

interface UriParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

export class Uri implements vscode.Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {}

  static from(parts: Partial<UriParts> & { readonly scheme: string }): Uri {
    return new Uri(parts.scheme, parts.authority ?? "", parts.path ?? "", parts.query ?? "", parts.fragment ?? "");
  }

  static file(path: string): Uri {
    return Uri.from({ scheme: "file", path });
  }

  static parse(text: string): Uri {
    const [, scheme = "", authority = "", path = "", query = "", fragment = ""] =
      /^([^:]+):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text) ?? [];
    const plain = decodeURIComponent;
    return new Uri(scheme, plain(authority), plain(path), plain(query), plain(fragment));
  }

  static joinPath(base: vscode.Uri, ...segments: string[]): Uri {
    return Uri.from({ ...partsOf(base), path: posix.join(base.path, ...segments) });
  }

  get fsPath(): string {
    return this.path;
  }

  with(parts: Partial<UriParts>): Uri {
    return Uri.from({ ...partsOf(this), ...parts });
  }

  toString(skipEncoding = false): string {
    const { scheme, authority, path, query, fragment } = this;
    const file = authority || scheme === "file" ? `//${authority}` : "";
    const written = skipEncoding ? (text: string) => text : encodeURIComponent;
    const escaped = path.split("/").map(written).join("/");
    return `${scheme}:${file}${escaped}${query && `?${written(query)}`}${fragment && `#${fragment}`}`;
  }

  toJSON(): UriParts {
    return partsOf(this);
  }
}

const partsOf = ({ scheme, authority, path, query, fragment }: vscode.Uri): UriParts => ({
  scheme,
  authority,
  path,
  query,
  fragment,
});
