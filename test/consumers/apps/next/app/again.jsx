"use client";
import { useState } from "react";
import { computeInlined } from "../../inlined.js";

/** Computed on the server, again where the page is hydrated, and on every click. */
export function Again() {
  const [clicks, setClicks] = useState(0);
  return (
    <button onClick={() => setClicks(clicks + 1)}>
      {clicks} {computeInlined()}
    </button>
  );
}
