import { expect, it } from "vitest";
import { completeAddress } from "../../../src/protocol/serverAddress.ts";

it.each([
  ["127.0.0.1:11434", "http://127.0.0.1:11434"],
  ["//127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"],
  ["localhost:8000/v1/chat/completions", "http://localhost:8000/v1"],
  ["[::1]:8000", "http://[::1]:8000"],
  ["gateway.example/v1", "https://gateway.example/v1"],
  ["http://gateway.example", "http://gateway.example"],
])("%s is asked at %s", (typed, asked) => expect(completeAddress(typed)).toBe(asked));
