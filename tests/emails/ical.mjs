// Prints, for each calendar file named, its events as ical.js reads them: [[uid, start, end, title], …], instants in UTC.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString().replace(".000", "");

const events = process.argv.slice(2).map((file) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  ICAL.TimezoneService.reset();
  calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
  return calendar.getAllSubcomponents("vevent").map((found) => {
    const event = new ICAL.Event(found);
    return [event.uid, instant(event.startDate), instant(event.endDate), event.summary];
  });
});
console.log(JSON.stringify(events));
