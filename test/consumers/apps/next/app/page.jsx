import { compute } from "../../compute.js";
import { Again } from "./again.jsx";

export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <output>{compute()}</output>
      <Again />
    </main>
  );
}
