#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lockstep::sandbox::zoho {

/// An index entry's name: `reference_number` + value.
std::string index_key(std::string_view field, std::string_view value);

/// Records by id, with the indexes that look-ups need. Ids grow, so their order is the order of creation.
template <class Record>
class Shelf {
public:
    using Ids = std::set<std::string>;

    Record* find(const std::string& id) {
        auto found = records_.find(id);
        return found == records_.end() ? nullptr : &found->second;
    }
    const Record* find(const std::string& id) const { return const_cast<Shelf*>(this)->find(id); }
    /// Inserts or replaces; `keys` are the index entries of the record.
    Record& put(Record record, std::vector<std::string> keys) {
        const std::string id = record.id;
        std::vector<std::string>& known = keys_[id];
        if (known != keys) {
            leave(id, known);
            for (const std::string& key : keys) index_[key].insert(id);
            known = std::move(keys);
        }
        auto [at, is_new] = records_.insert_or_assign(id, std::move(record));
        // A new last record leaves the order right, which is the usual case.
        if (is_new && in_order_ && std::next(at) == records_.end()) order_.push_back(&at->second);
        if (is_new && std::next(at) != records_.end()) in_order_ = false;
        return at->second;
    }
    void erase(const std::string& id) {
        auto known = keys_.find(id);
        if (known == keys_.end()) return;
        leave(id, known->second);
        keys_.erase(known);
        records_.erase(id);
        in_order_ = false;
    }
    /// Ids under an index entry.
    const Ids& look_up(const std::string& key) const {
        static const Ids none;
        auto found = index_.find(key);
        return found == index_.end() ? none : found->second;
    }
    const std::map<std::string, Record>& all() const { return records_; }
    /// All records in order, to begin a page anywhere without walking to it.
    const std::vector<const Record*>& in_order() const {
        if (!in_order_) {
            order_.clear();
            for (const auto& [id, record] : records_) order_.push_back(&record);
            in_order_ = true;
        }
        return order_;
    }
    void clear() { *this = Shelf(); }

private:
    void leave(const std::string& id, const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
            auto entry = index_.find(key);
            if (entry == index_.end()) continue;
            entry->second.erase(id);
            if (entry->second.empty()) index_.erase(entry);
        }
    }

    std::map<std::string, Record> records_;
    std::unordered_map<std::string, Ids> index_;
    std::unordered_map<std::string, std::vector<std::string>> keys_;
    mutable std::vector<const Record*> order_;
    mutable bool in_order_ = true;
};

}  // namespace lockstep::sandbox::zoho
