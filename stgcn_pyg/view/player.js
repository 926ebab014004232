// Time: what is shown, what plays it, and what the user's hands do.

const THUMB = 20; // pixels, as in the style: the scrubber's ends are half a thumb inside
const SEEN_HEIGHT = 26;
const SIGNS = { play: "M7 4.5v15l12.5-7.5z", pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z" };
const byId = (id) => document.getElementById(id);
const scrubber = byId("scrubber");
const seenTrack = byId("seen");
const speed = byId("speed");
const state = { t: 0, person: 0, playing: false, hover: null };
const clock = { last: 0, waited: 0 };

function xOf(t) {
  const width = seenTrack.clientWidth;
  return THUMB / 2 + (numFrames > 1 ? (t / (numFrames - 1)) * (width - THUMB) : 0);
}

function frameAt(x) {
  const share = (x - THUMB / 2) / Math.max(1, seenTrack.clientWidth - THUMB);
  return Math.round(Math.max(0, Math.min(1, share)) * (numFrames - 1));
}

function show(t) {
  state.t = Math.max(0, Math.min(numFrames - 1, t));
  draw();
}

function draw() {
  const { t, person } = state;
  const number = recording.frame[t];
  drawBodies(t, person);
  drawRing(state.hover, t);
  drawMap(person, t);
  drawRows(t);
  drawCursor(xOf(t));
  const anybody = isAnybodySeen(t);
  byId("nobody").hidden = anybody;
  byId("time").textContent = recording.fps ? `${seconds(t).toFixed(2)} s` : `frame ${number}`;
  byId("frame-number").textContent = recording.fps ? `frame ${number}` : "";
  scrubber.value = t;
  scrubber.style.setProperty("--done", `${xOf(t)}px`);
  const seen = anybody ? `${countSeen(person, t)} of ${numJoints} joints seen` : "nobody in view";
  const when = recording.fps ? `${seconds(t).toFixed(2)} seconds, ` : "";
  scrubber.setAttribute("aria-valuetext", `${when}frame ${number}, ${seen}`);
  scene.setAttribute("aria-label", `Skeleton in frame ${number}: ${seen}`);
  if (state.hover) writeTip();
}

// The share of joints that are seen, frame by frame; hatched where nobody is.
function drawSeen() {
  const width = seenTrack.clientWidth;
  seenTrack.replaceChildren();
  seenTrack.setAttribute("viewBox", `0 0 ${width} ${SEEN_HEIGHT}`);
  const pattern = element("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, seenTrack);
  element("path", { class: "hatch", d: "M-1 1l2-2M0 6l6-6M5 7l2-2" }, pattern);
  let [area, empty] = ["", ""];
  for (let t = 0; t < numFrames; t++) {
    const left = t ? (xOf(t - 1) + xOf(t)) / 2 : 0;
    const right = t < numFrames - 1 ? (xOf(t) + xOf(t + 1)) / 2 : width;
    const high = (SEEN_HEIGHT * countSeen(state.person, t)) / numJoints;
    const block = `M${left.toFixed(2)} ${SEEN_HEIGHT}H${right.toFixed(2)}`;
    if (high) area += `${block}v${-high.toFixed(2)}H${left.toFixed(2)}z`;
    else empty += `${block}v${-SEEN_HEIGHT}H${left.toFixed(2)}z`;
  }
  element("path", { class: "seen-area", d: area }, seenTrack);
  element("path", { class: "nobody-area", d: empty, fill: "url(#hatch)" }, seenTrack);
  drawJumps(seenTrack, xOf, SEEN_HEIGHT);
}

function layOut() {
  fit();
  drawSeen();
  if (classes.length) drawChart(xOf);
  draw();
}

function play() {
  if (state.playing) return;
  if (state.t === numFrames - 1) show(0);
  state.playing = true;
  clock.last = performance.now();
  clock.waited = 0;
  drawPlayButton();
  requestAnimationFrame(tick);
}

function pause() {
  state.playing = false;
  drawPlayButton();
}

function drawPlayButton() {
  byId("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
  byId("play-sign").setAttribute("d", state.playing ? SIGNS.pause : SIGNS.play);
}

function tick(now) {
  if (!state.playing) return;
  clock.waited += (Math.max(0, Math.min(now - clock.last, 250)) / 1000) * Number(speed.value);
  clock.last = now;
  let t = state.t;
  while (t < numFrames && clock.waited >= stays[t]) clock.waited -= stays[t++];
  if (t < numFrames) {
    if (t !== state.t) show(t);
  } else if (byId("loop").checked) {
    show(0);
  } else {
    show(numFrames - 1);
    pause();
    return;
  }
  requestAnimationFrame(tick);
}

function stepBy(count) {
  pause();
  show(state.t + count);
}

function changeSpeed(by) {
  const chosen = Math.max(0, Math.min(speed.options.length - 1, speed.selectedIndex + by));
  speed.selectedIndex = chosen;
}

function choosePerson(person) {
  state.person = person;
  layOut();
}

function point(found, x, y) {
  state.hover = found;
  byId("tip").hidden = !found;
  drawRing(found, state.t);
  if (!found) return;
  writeTip();
  const tip = byId("tip");
  const left = Math.min(x + 14, view.width - tip.offsetWidth - 8);
  tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, y - tip.offsetHeight - 12)}px)`;
}

function writeTip() {
  const { person, joint } = state.hover;
  const who = people.length > 1 ? `person ${person + 1}, ` : "";
  const where = Array.from(place(person, state.t, joint), (value, d) => `${"xyz"[d]} ${Number(value.toPrecision(4))}`);
  const score = people[person].score[state.t * numJoints + joint];
  const detail = score > 0 ? `${where.join(", ")}, score ${score.toFixed(2)}` : "missing";
  byId("tip").textContent = `${who}${spoken[joint]}: ${detail}`;
}

// Words that stay.

function writeFacts() {
  const { name } = recording.skeleton;
  const long = recording.fps ? `, ${(seconds(numFrames - 1) - seconds(0) + stays[numFrames - 1]).toFixed(1)} s` : "";
  const pace = recording.fps ? `${recording.fps} frames a second` : `rate unknown, played at ${rate} frames a second`;
  let missing = 0;
  for (const person of people) for (const score of person.score) missing += score > 0 ? 0 : 1;
  const share = (100 * missing) / (people.length * numFrames * numJoints);
  const said = Object.entries(recording.facts).map(([key, value]) => `${key} ${value}`);
  const gaps = jumps.length ? [`time jumps ${jumps.length === 1 ? "once" : `${jumps.length} times`}`] : [];
  const count = people.length > 1 ? [`${people.length} people`] : [];
  byId("facts").textContent = [
    `${name} in ${numDims}D`,
    `${numFrames} frames${long}`,
    pace,
    ...count,
    `${share.toFixed(share && share < 1 ? 1 : 0)} % of joints missing`,
    ...gaps,
    ...said,
  ].join(" · ");
}

function writeSides() {
  const there = ["left", "right", "middle"].filter((side) => jointSides.includes(side));
  if (there.length > 1) for (const side of there) write(byId("sides"), "li", side, side);
  const unsure = people.some((person) => person.score.some((score) => score > 0 && score < 0.95));
  if (unsure) write(byId("sides"), "li", "fainter: less sure").removeAttribute("class");
}

function writePeople() {
  byId("people").hidden = people.length < 2;
  people.forEach((_, person) => {
    const label = write(byId("people"), "label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "person" });
    radio.checked = person === state.person;
    radio.addEventListener("change", () => choosePerson(person));
    label.append(radio, ` ${person + 1}`);
  });
}

// Hands.

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const on = event.target;
  if (on.matches("select") || (on.matches("[type=radio]") && event.key.startsWith("Arrow"))) return;
  if (event.key === " " && on.matches("button, input:not([type=range])")) return; // theirs already
  const stride = event.shiftKey ? 10 : 1;
  const does = {
    " ": () => (state.playing ? pause() : play()),
    ArrowLeft: () => stepBy(-stride),
    ArrowRight: () => stepBy(stride),
    ArrowUp: () => changeSpeed(1),
    ArrowDown: () => changeSpeed(-1),
    Home: () => stepBy(-numFrames),
    End: () => stepBy(numFrames),
    ...(numDims === 3 && {
      a: () => turnBy(-0.15, 0),
      d: () => turnBy(0.15, 0),
      w: () => turnBy(0, 0.1),
      s: () => turnBy(0, -0.1),
    }),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

function turnBy(yaw, tilt) {
  turn(view.yaw + yaw, view.tilt + tilt);
  draw();
}

function seekTo(event) {
  pause();
  show(frameAt(event.clientX - seenTrack.getBoundingClientRect().left));
}

// Call with every place of a pointer that is held down on an element.
function onDrag(target, moved) {
  target.addEventListener("pointerdown", (event) => {
    target.setPointerCapture(event.pointerId);
    moved(event);
  });
  target.addEventListener("pointermove", (event) => {
    if (target.hasPointerCapture(event.pointerId)) moved(event);
  });
}

function listen() {
  document.addEventListener("keydown", onKey);
  byId("play").addEventListener("click", () => (state.playing ? pause() : play()));
  byId("back").addEventListener("click", () => stepBy(-1));
  byId("forward").addEventListener("click", () => stepBy(1));
  byId("names").addEventListener("change", (event) => scene.classList.toggle("named", event.target.checked));
  scrubber.addEventListener("input", () => {
    pause();
    show(Number(scrubber.value));
  });
  onDrag(seenTrack, seekTo);
  onDrag(chart, seekTo);
  scene.addEventListener("pointermove", (event) => {
    const { left, top } = scene.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    point(event.buttons ? null : jointNear(x, y, state.t), x, y);
  });
  scene.addEventListener("pointerdown", (event) => {
    const { left, top } = scene.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (event.pointerType !== "mouse") point(jointNear(x, y, state.t, 28), x, y);
  });
  scene.addEventListener("pointerleave", () => point(null));
  if (numDims === 3) listenToTurns();
  new ResizeObserver(layOut).observe(byId("stage"));
}

function listenToTurns() {
  scene.classList.add("turns");
  byId("turn-help").hidden = byId("front").hidden = false;
  onDrag(scene, (event) => {
    if (event.type === "pointermove") turnBy(event.movementX * 0.01, event.movementY * 0.01);
  });
  byId("front").addEventListener("click", () => {
    turn(0, 0);
    draw();
  });
}

// The frame that the address asks for, as in page.html#frame=120; or the first sight of somebody.
function firstFrame() {
  const asked = /^#frame=(\d+)$/.exec(location.hash);
  const number = asked ? Number(asked[1]) : null;
  const t = recording.frame.findIndex((frame, index) => (asked ? frame >= number : isAnybodySeen(index)));
  return t < 0 ? (asked ? numFrames - 1 : 0) : t;
}

scrubber.max = numFrames - 1;
document.querySelector("main").classList.toggle("predicts", classes.length > 0);
byId("chart-card").hidden = byId("prediction").hidden = !classes.length;
writeFacts();
writeSides();
writePeople();
drawPlayButton();
state.t = firstFrame();
layOut();
listen();
if (!location.hash && !matchMedia("(prefers-reduced-motion: reduce)").matches) play();

window.player = { recording, state, view, play, pause, show, turn: (yaw, tilt) => (turn(yaw, tilt), draw()) };
