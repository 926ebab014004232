// The bodies on the stage: where joints are on the screen, and lines and dots there.

const MARGIN = 34;
const FARTHEST_TILT = 1.4;
const START = { yaw: numDims === 3 ? -0.45 : 0, tilt: numDims === 3 ? 0.2 : 0 };
const scene = document.getElementById("scene");
const view = { ...START, width: 0, height: 0, scale: 1 };
const grid = element("path", { class: "grid" }, scene);
const ticks = element("g", { class: "ticks" }, scene);
const bodies = people.map(() => makeBody());
const ring = element("circle", { class: "ring", r: 9, visibility: "hidden" }, scene);
const box = boundingBox();

function makeBody() {
  const group = element("g", { class: "body" }, scene);
  return {
    group,
    lines: bones.map((_, b) => element("line", { class: "bone " + boneSides[b] }, group)),
    dots: joints.map((joint, v) => element("circle", { class: "joint " + jointSides[v], "data-joint": joint }, group)),
    names: spoken.map((name) => {
      const text = element("text", { class: "name" }, group);
      text.textContent = name;
      return text;
    }),
  };
}

// A place in the recording as steps to the right, upwards and towards us.
function upright(position) {
  return recording.axes.map((axis) => axis.reduce((sum, part, d) => sum + (part && part * position[d]), 0));
}

function boundingBox() {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let person = 0; person < people.length; person++) {
    for (let t = 0; t < numFrames; t++) {
      for (let v = 0; v < numJoints; v++) {
        if (!isSeen(person, t, v)) continue;
        upright(place(person, t, v)).forEach((value, axis) => {
          low[axis] = Math.min(low[axis], value);
          high[axis] = Math.max(high[axis], value);
        });
      }
    }
  }
  if (!Number.isFinite(low[0])) return { low: [-1, -1, -1], high: [1, 1, 1], middle: [0, 0, 0] };
  return { low, high, middle: low.map((value, axis) => (value + high[axis]) / 2) };
}

// Where that is on the screen, and how near, from -1 to 1.
function projected([right, up, near]) {
  const [r, u, n] = [right - box.middle[0], up - box.middle[1], near - box.middle[2]];
  const across = r * Math.cos(view.yaw) + n * Math.sin(view.yaw);
  const ahead = n * Math.cos(view.yaw) - r * Math.sin(view.yaw);
  const upwards = u * Math.cos(view.tilt) - ahead * Math.sin(view.tilt);
  const towards = ahead * Math.cos(view.tilt) + u * Math.sin(view.tilt);
  return [
    view.width / 2 + view.scale * across,
    view.height / 2 - view.scale * upwards,
    Math.max(-1, Math.min(1, towards / (view.reach || 1))),
  ];
}

function screenPlace(person, t, v) {
  return projected(upright(place(person, t, v)));
}

// The scale at which all that is ever seen fits; in three dimensions it stays so from all around.
function fit() {
  view.width = scene.clientWidth;
  view.height = scene.clientHeight;
  scene.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  const [halfWidth, halfHeight, halfDepth] = box.high.map((value, axis) => (value - box.low[axis]) / 2);
  view.reach = Math.hypot(halfWidth, halfDepth);
  const tall = halfHeight * Math.cos(view.tilt) + view.reach * Math.abs(Math.sin(view.tilt));
  const wide = numDims === 3 ? view.reach : halfWidth;
  const tiny = 1e-6 * Math.max(1, ...box.high.map(Math.abs));
  view.scale = Math.min(
    (view.width / 2 - MARGIN) / Math.max(wide, tiny),
    (view.height / 2 - MARGIN) / Math.max(tall, tiny),
  );
  drawGrid();
}

// A round number of units that is about so many pixels long.
function roundStep(pixels) {
  const units = pixels / view.scale;
  const power = 10 ** Math.floor(Math.log10(units));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= units);
}

function multiples(low, high, step) {
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, number) => (first + number) * step);
}

function drawGrid() {
  ticks.replaceChildren();
  grid.setAttribute("d", numDims === 3 ? groundLines() : pictureLines());
}

// The plane under the lowest joint that was ever seen.
function groundLines() {
  const step = roundStep(40);
  const [left, , back] = box.low.map((value) => Math.floor(value / step) * step);
  const [right, , front] = box.high.map((value) => Math.ceil(value / step) * step);
  const line = (...ends) => "M" + ends.map((end) => projected(end).slice(0, 2).map((x) => x.toFixed(1))).join("L");
  return [
    ...multiples(left, right + step / 2, step).map((x) => line([x, box.low[1], back], [x, box.low[1], front])),
    ...multiples(back, front + step / 2, step).map((z) => line([left, box.low[1], z], [right, box.low[1], z])),
  ].join("");
}

// Lines of the picture's coordinates, with their numbers at the edge.
function pictureLines() {
  const step = roundStep(70);
  const [x0, x1] = [-1, 1].map((side) => box.middle[0] + (side * view.width) / 2 / view.scale);
  const [y0, y1] = [-1, 1].map((side) => -box.middle[1] + (side * view.height) / 2 / view.scale);
  const label = (value) => String(Number(value.toPrecision(6)));
  const vertical = multiples(x0, x1, step).map((value) => {
    const [x] = projected([value, 0, 0]);
    if (x > 40 && x < view.width - 36) element("text", { x: x + 4, y: view.height - 6 }, ticks).textContent = label(value);
    return `M${x.toFixed(1)} 0V${view.height}`;
  });
  const horizontal = multiples(y0, y1, step).map((value) => {
    const [, y] = projected([0, -value, 0]);
    if (y > 60 && y < view.height - 26) element("text", { x: 6, y: y - 4 }, ticks).textContent = label(value);
    return `M0 ${y.toFixed(1)}H${view.width}`;
  });
  return [...vertical, ...horizontal].join("");
}

function drawBodies(t, chosen) {
  bodies.forEach((body, person) => {
    body.group.classList.toggle("chosen", person === chosen);
    drawBody(body, person, t);
  });
}

function drawBody(body, person, t) {
  const places = joints.map((_, v) => (isSeen(person, t, v) ? screenPlace(person, t, v) : null));
  const sureness = joints.map((_, v) => 0.35 + 0.65 * Math.min(1, people[person].score[t * numJoints + v]));
  const across = places.filter(Boolean).map(([x]) => x);
  const middle = across.reduce((sum, x) => sum + x, 0) / across.length;
  const thin = numJoints > 60 ? 0.5 : 1;
  body.lines.forEach((line, b) => {
    const [a, z] = bones[b].map((v) => places[v]);
    line.setAttribute("visibility", a && z ? "visible" : "hidden");
    if (!a || !z) return;
    const [start, end] = bones[b].map((v) => sureness[v]);
    const nearness = 1 + 0.3 * ((a[2] + z[2]) / 2);
    setAll(line, { x1: a[0], y1: a[1], x2: z[0], y2: z[1] });
    line.style.strokeWidth = `${(3.6 * thin * nearness).toFixed(2)}px`;
    line.style.setProperty("--sure", `${(100 * Math.min(start, end)).toFixed(0)}%`);
  });
  body.dots.forEach((dot, v) => {
    dot.setAttribute("visibility", places[v] ? "visible" : "hidden");
    body.names[v].setAttribute("visibility", places[v] ? "inherit" : "hidden");
    if (!places[v]) return;
    const [x, y, near] = places[v];
    setAll(dot, { cx: x, cy: y, r: 4.6 * thin * (1 + 0.3 * near) });
    setAll(body.names[v], { x: x + (x < middle ? -9 : 9), y: y + 4 });
    body.names[v].setAttribute("text-anchor", x < middle ? "end" : "start");
    dot.style.setProperty("--sure", `${(100 * sureness[v]).toFixed(0)}%`);
  });
}

function setAll(target, numbers) {
  for (const [key, value] of Object.entries(numbers)) target.setAttribute(key, value.toFixed(2));
}

// The joint nearest to a point of the screen, if one is near.
function jointNear(x, y, t, reach = 18) {
  let best = null;
  for (let person = 0; person < people.length; person++) {
    for (let v = 0; v < numJoints; v++) {
      if (!isSeen(person, t, v)) continue;
      const [jx, jy] = screenPlace(person, t, v);
      const distance = Math.hypot(jx - x, jy - y);
      if (distance < reach && (!best || distance < best.distance)) best = { person, joint: v, distance };
    }
  }
  return best;
}

function drawRing(found, t) {
  const shown = found && isSeen(found.person, t, found.joint);
  ring.setAttribute("visibility", shown ? "visible" : "hidden");
  if (!shown) return;
  const [cx, cy] = screenPlace(found.person, t, found.joint);
  setAll(ring, { cx, cy });
}

function turn(yaw, tilt) {
  view.yaw = yaw;
  view.tilt = Math.max(-FARTHEST_TILT, Math.min(FARTHEST_TILT, tilt));
  fit();
}
