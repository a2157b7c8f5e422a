import { computeInlined } from "../../inlined.js";
import { Again } from "./again.jsx";

export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <output>{computeInlined()}</output>
      <Again />
    </main>
  );
}
