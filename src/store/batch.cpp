#include <iterator>
#include <utility>

#include "store/store.h"

namespace lockstep::store {

namespace {

template <class Row>
void move_behind(std::vector<Row>& target, std::vector<Row>& source) {
    if (target.empty()) {
        target = std::move(source);
    } else {
        target.insert(target.end(), std::make_move_iterator(source.begin()), std::make_move_iterator(source.end()));
    }
    source.clear();
}

}  // namespace

bool Batch::empty() const {
    return events.empty() && runs.empty() && journal.empty() && links.empty() && schedules.empty() && cursors.empty() && alerts.empty() &&
           tokens.empty() && audit.empty();
}

void Batch::append(Batch&& other) {
    move_behind(events, other.events);
    move_behind(runs, other.runs);
    move_behind(journal, other.journal);
    move_behind(links, other.links);
    move_behind(schedules, other.schedules);
    move_behind(cursors, other.cursors);
    move_behind(alerts, other.alerts);
    move_behind(tokens, other.tokens);
    move_behind(audit, other.audit);
}

}  // namespace lockstep::store
