// The body at rest beside the stage: filled joints are seen in this frame, hollow ones are missing.

const map = document.getElementById("body-map");
const mapDots = makeMap();

function makeMap() {
  const [xs, ys] = [0, 1].map((axis) => rest.map((spot) => spot[axis]));
  const [left, low] = [Math.min(...xs), Math.min(...ys)];
  const size = Math.max(Math.max(...xs) - left, Math.max(...ys) - low, 1);
  const scale = 150 / size;
  const at = rest.map(([x, y]) => [(x - left) * scale + 8, (Math.max(...ys) - y) * scale + 8]);
  map.setAttribute("viewBox", `0 0 ${(Math.max(...xs) - left) * scale + 16} ${(Math.max(...ys) - low) * scale + 16}`);
  for (const [a, z] of bones) {
    element("line", { class: "thin", x1: at[a][0], y1: at[a][1], x2: at[z][0], y2: at[z][1] }, map);
  }
  const r = numJoints > 60 ? 2 : 3.6;
  return at.map(([cx, cy], v) => {
    const dot = element("circle", { class: "joint " + jointSides[v], "data-joint": joints[v], cx, cy, r }, map);
    return { dot, title: element("title", {}, dot) };
  });
}

function drawMap(person, t) {
  mapDots.forEach(({ dot, title }, v) => {
    const seen = isSeen(person, t, v);
    dot.classList.toggle("hollow", !seen);
    title.textContent = spoken[v] + (seen ? "" : ": missing");
  });
  const missing = missingJoints(person, t);
  document.getElementById("count").textContent =
    missing.length === numJoints
      ? `All ${numJoints} joints are missing`
      : `${numJoints - missing.length} of ${numJoints} joints seen`;
  document.getElementById("missing").textContent =
    missing.length && missing.length < numJoints ? `${missing.length} missing: ${listed(missing)}` : "";
}

function listed(missing, most = 8) {
  const names = missing.slice(0, most).map((v) => spoken[v]);
  const more = missing.length - names.length;
  return names.join(", ") + (more ? ` and ${more} more` : "");
}
