// What a model makes of the frames so far: bars of this moment, and a chart of all moments.

const MOST_ACTIONS = 8;
const CHART_HEIGHT = 130;
const chart = document.getElementById("chart");
const shown = likeliest();
const rows = makeRows();

// All actions, or those that are the likeliest at any moment where there are many.
function likeliest() {
  const numbers = classes.map((_, number) => number);
  if (numbers.length <= MOST_ACTIONS) return numbers;
  return numbers
    .sort((a, b) => peak(b) - peak(a))
    .slice(0, MOST_ACTIONS);
}

function peak(number) {
  return Math.max(0, ...probabilities.map((row) => row[number]));
}

function makeRows() {
  const list = document.getElementById("actions");
  const others = classes.length - shown.length;
  if (others) {
    const most = Math.max(...classes.map((_, number) => (shown.includes(number) ? 0 : peak(number))));
    const note = document.getElementById("others");
    note.textContent = `${others} other actions stay at or below ${most.toFixed(2)}`;
    note.hidden = false;
  }
  return shown.map((number) => {
    const { name, color, dash } = classes[number];
    const item = write(list, "li");
    const sample = element("svg", { class: "sample", viewBox: "0 0 24 8", "aria-hidden": "true" }, item);
    const line = element("path", { class: "curve", d: "M1 4H23", "stroke-dasharray": dash }, sample);
    line.style.setProperty("--ink", color);
    write(item, "span", name, "action");
    const bar = write(write(item, "span", "", "bar"), "span", "", "fill");
    bar.style.setProperty("--ink", color);
    return { number, item, bar, value: write(item, "span", "", "value") };
  });
}

// The last prediction up to a frame; nothing before anybody is seen.
function predictionAt(t) {
  let row = null;
  for (let m = 0; m < moments.length && moments[m] <= t; m++) row = probabilities[m];
  return row;
}

function drawRows(t) {
  const row = predictionAt(t);
  const best = row && Math.max(...row);
  for (const { number, item, bar, value } of rows) {
    item.classList.toggle("best", Boolean(row) && row[number] === best);
    bar.style.width = row ? `${100 * row[number]}%` : "0";
    value.textContent = row ? row[number].toFixed(2) : "–";
  }
}

const cursor = { line: null };

function drawChart(xOf) {
  chart.replaceChildren();
  const width = chart.clientWidth;
  const yOf = (value) => 8 + (CHART_HEIGHT - 16) * (1 - value);
  chart.setAttribute("viewBox", `0 0 ${width} ${CHART_HEIGHT}`);
  for (const value of [0, 0.5, 1]) {
    element("line", { class: "grid", x1: 0, x2: width, y1: yOf(value), y2: yOf(value) }, chart);
    element("text", { class: "tick", x: 0, y: yOf(value) + (value === 1 ? 11 : -3) }, chart).textContent = value;
  }
  drawJumps(chart, xOf, CHART_HEIGHT);
  for (const number of shown) {
    const { name, color, dash } = classes[number];
    const points = moments.map((t, m) => `${m ? "H" : "M"}${xOf(t)}${m ? "V" : " "}${yOf(probabilities[m][number])}`);
    if (!points.length) continue;
    const path = { class: "curve", d: points.join("") + `H${xOf(numFrames - 1)}`, "stroke-dasharray": dash };
    const curve = element("path", { ...path, "data-action": name }, chart);
    curve.style.setProperty("--ink", color);
  }
  cursor.line = element("line", { id: "cursor", y1: 0, y2: CHART_HEIGHT }, chart);
}

function drawCursor(x) {
  cursor.line?.setAttribute("x1", x);
  cursor.line?.setAttribute("x2", x);
}

function drawJumps(parent, xOf, height) {
  for (const t of jumps) {
    const x = (xOf(t - 1) + xOf(t)) / 2;
    const line = element("line", { class: "jump", x1: x, x2: x, y1: 0, y2: height }, parent);
    const [from, to] = [recording.frame[t - 1], recording.frame[t]];
    element("title", {}, line).textContent = `time jumps here: frame ${from} is followed by ${to}`;
  }
}
