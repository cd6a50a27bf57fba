#include "sandbox/sap/table.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::size_t header_bytes = 6;
constexpr char separator = '\x1f';

std::uint16_t read_property(const std::string& packed, std::size_t at) {
    std::uint16_t property;
    std::memcpy(&property, packed.data() + at, sizeof property);
    return property;
}

std::uint32_t read_length(const std::string& packed, std::size_t at) {
    std::uint32_t length;
    std::memcpy(&length, packed.data() + at + 2, sizeof length);
    return length;
}

}  // namespace

/// The place of a property, or of the first one behind it.
std::size_t Record::position(int property) const {
    std::size_t at = 0;
    while (at < packed_.size() && read_property(packed_, at) < property) at += header_bytes + read_length(packed_, at);
    return at;
}

std::optional<std::string_view> Record::get(int property) const {
    const std::size_t at = position(property);
    if (at >= packed_.size() || read_property(packed_, at) != property) return std::nullopt;
    return text_at(at);
}

std::string_view Record::text_at(std::size_t at) const {
    return std::string_view(packed_).substr(at + header_bytes, read_length(packed_, at));
}

void Record::each(const std::function<void(int property, std::string_view text)>& what) const {
    for (std::size_t at = 0; at < packed_.size(); at += header_bytes + read_length(packed_, at))
        what(read_property(packed_, at), text_at(at));
}

void Record::set(int property, std::string_view text) {
    LS_ASSERT(property >= 0);
    const std::size_t at = position(property);
    if (at < packed_.size() && read_property(packed_, at) == property) packed_.erase(at, header_bytes + read_length(packed_, at));
    if (text.empty()) return;
    const auto id = static_cast<std::uint16_t>(property);
    const auto length = static_cast<std::uint32_t>(text.size());
    std::string entry(header_bytes, '\0');
    std::memcpy(entry.data(), &id, sizeof id);
    std::memcpy(entry.data() + 2, &length, sizeof length);
    entry += text;
    packed_.insert(at, entry);
}

namespace {

void append_padded(std::string& out, const Property& property, std::string_view text) {
    const bool padded = property.has(alpha) && text.size() < property.length && !text.empty() &&
                        text.find_first_not_of("0123456789") == std::string_view::npos;
    if (padded) out.append(property.length - text.size(), '0');
    out += text;
}

}  // namespace

std::string padded(const Property& property, std::string_view text) {
    std::string out;
    append_padded(out, property, text);
    return out;
}

std::vector<int> property_list(const EntityType& type, std::string_view names, char delimiter) {
    std::vector<int> properties;
    while (!names.empty()) {
        const std::size_t end = names.find(delimiter);
        properties.push_back(type.find(names.substr(0, end)));
        LS_ASSERT(properties.back() >= 0);
        names = end == std::string_view::npos ? std::string_view() : names.substr(end + 1);
    }
    return properties;
}

const Join& join_of(const Navigation& navigation) {
    static const auto joins = [] {
        std::unordered_map<const Navigation*, Join> made;
        for (const EntityType& type : entity_types())
            for (const Navigation& known : type.navigations) {
                const EntityType& target = *entity_type(known.target);
                Join join{.from = property_list(type, known.join, ','), .to = property_list(target, known.join, ',')};
                const std::size_t equals = known.fixed.find('=');
                if (!known.fixed.empty()) join.fixed_property = target.find(known.fixed.substr(0, equals));
                if (!known.fixed.empty()) join.fixed_value = known.fixed.substr(equals + 1);
                made.emplace(&known, std::move(join));
            }
        return made;
    }();
    return joins.at(&navigation);
}

Table::Table(const EntityType& type) : type_(&type) {
    for (std::size_t i = 0; i < type.properties.size(); ++i)
        if (type.properties[i].has(key)) key_properties_.push_back(static_cast<int>(i));
    for (int property : property_list(type, type.indexes, ' ')) add_index({property});
}

void Table::add_index(std::vector<int> properties) {
    for (const Index& index : indexes_)
        if (index.properties == properties) return;
    if (properties == key_properties_) return;
    indexes_.push_back({std::move(properties), {}});
}

std::string Table::joined(const std::vector<int>& properties, const Record& record) const {
    std::string text;
    for (int property : properties) {
        if (!text.empty() || property != properties.front()) text += separator;
        append_padded(text, type_->properties[static_cast<std::size_t>(property)], record.text(property));
    }
    return text;
}

std::string Table::key_of(const Record& record) const { return joined(key_properties_, record); }

std::optional<Row> Table::find(const std::string& key) const {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    return found->second;
}

std::optional<Row> Table::find_by(const std::vector<std::string_view>& key_values) const {
    Record record;
    LS_ASSERT(key_values.size() == key_properties_.size());
    for (std::size_t i = 0; i < key_values.size(); ++i) record.set(key_properties_[i], key_values[i]);
    return find(key_of(record));
}

/// Indexes whose values stay are left alone: a customer with 100 000 orders has a long list in one.
void Table::replace(Row row, Record record) {
    std::vector<std::string> former;
    for (const Index& index : indexes_) former.push_back(joined(index.properties, rows_[row]));
    rows_[row] = std::move(record);
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        std::string now = joined(indexes_[i].properties, rows_[row]);
        if (now == former[i]) continue;
        unindex(indexes_[i], former[i], row);
        indexes_[i].rows[std::move(now)].push_back(row);
    }
}

Row Table::put(Record record) {
    ++version_;
    std::string key = key_of(record);
    if (auto row = find(key)) {
        if (remembering_) former_.push_back({key, rows_[*row]});
        replace(*row, std::move(record));
        return *row;
    }
    if (remembering_) former_.push_back({key, std::nullopt});
    Row row = static_cast<Row>(rows_.size());
    if (free_.empty()) {
        rows_.push_back(std::move(record));
    } else {
        row = free_.back();
        free_.pop_back();
        rows_[row] = std::move(record);
    }
    by_key_.emplace(std::move(key), row);
    index_row(row);
    return row;
}

void Table::erase(Row row) {
    ++version_;
    if (remembering_) former_.push_back({key_of(rows_[row]), rows_[row]});
    unindex_row(row);
    by_key_.erase(key_of(rows_[row]));
    rows_[row] = Record();
    free_.push_back(row);
}

void Table::clear() {
    ++version_;
    rows_.clear();
    free_.clear();
    by_key_.clear();
    for (Index& index : indexes_) index.rows.clear();
}

void Table::keep() {
    remembering_ = false;
    former_.clear();
}

void Table::undo() {
    remembering_ = false;
    for (auto former = former_.rbegin(); former != former_.rend(); ++former) {
        if (former->record)
            put(*std::move(former->record));
        else if (auto row = find(former->key))
            erase(*row);
    }
    former_.clear();
}

void Table::index_row(Row row) {
    for (Index& index : indexes_) index.rows[joined(index.properties, rows_[row])].push_back(row);
}

void Table::unindex(Index& index, const std::string& values, Row row) {
    auto found = index.rows.find(values);
    LS_ASSERT(found != index.rows.end());
    visit(found->second.size());
    std::erase(found->second, row);
    if (found->second.empty()) index.rows.erase(found);
}

void Table::unindex_row(Row row) {
    for (Index& index : indexes_) unindex(index, joined(index.properties, rows_[row]), row);
}

const std::vector<Row>* Table::lookup(const std::vector<int>& properties, const std::vector<std::string_view>& values) const {
    static const std::vector<Row> none;
    for (const Index& index : indexes_) {
        if (index.properties != properties) continue;
        Record wanted;
        for (std::size_t i = 0; i < properties.size(); ++i) wanted.set(properties[i], values[i]);
        auto found = index.rows.find(joined(properties, wanted));
        return found == index.rows.end() ? &none : &found->second;
    }
    return nullptr;
}

Tables::Tables() {
    static const Sets empty = [] {
        Sets tables;
        for (const EntityType& type : entity_types()) tables.emplace(type.set, Table(type));
        for (const EntityType& type : entity_types())
            for (const Navigation& navigation : type.navigations) {
                Table& target = tables.at(navigation.target);
                target.add_index(property_list(target.type(), navigation.join, ','));
            }
        return tables;
    }();
    tables_ = empty;
}

void Tables::clear() {
    for (auto& [name, table] : tables_) table.clear();
}

void Tables::remember() {
    for (auto& [name, table] : tables_) table.remember();
}

void Tables::keep() {
    for (auto& [name, table] : tables_) table.keep();
}

void Tables::undo() {
    for (auto& [name, table] : tables_) table.undo();
}

std::uint64_t Tables::visited() const {
    std::uint64_t sum = 0;
    for (const auto& [name, table] : tables_) sum += table.visited();
    return sum;
}

void Tables::sort_by_key(const Table& table, std::vector<Row>& rows) {
    if (rows.size() < 2) return;
    std::vector<std::pair<std::string, Row>> keyed;
    keyed.reserve(rows.size());
    for (Row row : rows) keyed.emplace_back(table.key_of(table.at(row)), row);
    std::sort(keyed.begin(), keyed.end());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = keyed[i].second;
}

std::vector<Row> Tables::navigate(const EntityType& from, const Record& record, const Navigation& navigation) const {
    LS_ASSERT(from.navigation(navigation.name) == &navigation);
    const Table& target = tables_.at(navigation.target);
    const Join& join = join_of(navigation);
    std::vector<std::string_view> values;
    for (int property : join.from) values.push_back(record.text(property));
    if (values.front().empty()) return {};
    if (join.to == target.key_properties()) {
        auto row = target.find_by(values);
        return row ? std::vector<Row>{*row} : std::vector<Row>{};
    }
    const std::vector<Row>* found = target.lookup(join.to, values);
    LS_ASSERT(found != nullptr);
    std::vector<Row> rows = *found;
    target.visit(rows.size());
    if (join.fixed_property >= 0)
        std::erase_if(rows, [&](Row row) { return target.at(row).text(join.fixed_property) != join.fixed_value; });
    sort_by_key(target, rows);
    return rows;
}

}  // namespace lockstep::sandbox::sap
