"use client";
import { useEffect, useState } from "react";
import { computeSlim } from "../../../slim.js";

/** Computed in the page only: the server renders what is shown until then. */
export default function Page() {
  const [text, setText] = useState("");
  useEffect(() => {
    const [wasm, workerUrl] = [
      new URL("lossgrad/lossgrad.wasm", import.meta.url),
      new URL("lossgrad/worker.js", import.meta.url),
    ];
    computeSlim(wasm, workerUrl).then(setText);
  }, []);
  return <output>{text}</output>;
}
