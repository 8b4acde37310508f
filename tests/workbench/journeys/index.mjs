// The journeys, in the order in which they run.
import { badInput } from "./bad-input.mjs";
import { besideGopls } from "./beside-gopls.mjs";
import { debuggedCase } from "./debugged-case.mjs";
import { debugging } from "./debugging.mjs";
import { exactValues } from "./exact-values.mjs";
import { film } from "./film.mjs";
import { firstHour } from "./first-hour.mjs";
import { firstModule } from "./first-module.mjs";
import { grants } from "./grants.mjs";
import { installFromVsix, noSdk, startFailures } from "./install.mjs";
import { noDisk } from "./no-disk.mjs";
import { noInterpreter } from "./no-interpreter.mjs";
import { pythonExtension } from "./python-extension.mjs";
import { restrictedMode } from "./restricted-mode.mjs";
import { resultsView } from "./results-view.mjs";
import { failures } from "./failures.mjs";
import { testing } from "./testing.mjs";
import { twoWindows } from "./two-windows.mjs";
import { virtualWorkspace } from "./virtual-workspace.mjs";

export const journeys = [
  noInterpreter,
  noSdk,
  installFromVsix,
  startFailures,
  noDisk,
  pythonExtension,
  virtualWorkspace,
  restrictedMode,
  grants,
  firstHour,
  film,
  firstModule,
  exactValues,
  besideGopls,
  resultsView,
  debugging,
  debuggedCase,
  failures,
  badInput,
  twoWindows,
  testing,
];
