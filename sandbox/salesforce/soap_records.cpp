// What only the SOAP API can: to restore records and to merge them. Source: SOAP API Developer Guide, "undelete()", "merge()".
#include <fmt/format.h>

#include "sandbox/salesforce/service.h"
#include "value/xml.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::size_t records_max = 200;

std::string text_of(const xml::Element* element, std::string_view child) {
    const xml::Element* found = element == nullptr ? nullptr : element->child(child);
    return found == nullptr ? std::string() : found->text;
}

std::vector<std::string> texts_of(const xml::Element& element, std::string_view children) {
    std::vector<std::string> texts;
    for (const xml::Element& child : element.children)
        if (child.name == children) texts.push_back(child.text);
    return texts;
}

std::string result_text(std::string_view id, const Result<void>& done, std::string_view more = {}) {
    if (done) return fmt::format("<result><id>{}</id>{}<success>true</success></result>", xml::escape(id), more);
    return fmt::format(
        "<result><errors><message>{}</message><statusCode>{}</statusCode></errors><id>{}</id><success>false</success></result>",
        xml::escape(done.error().message), done.error().vendor_code, xml::escape(id));
}

std::string undelete(Writer& writer, const xml::Element& call) {
    std::string results;
    for (const std::string& id : texts_of(call, "ids")) results += result_text(id, writer.undelete(id));
    return results;
}

/// The fields that the master is to have: every element but its type and id.
Map fields_of(const xml::Element& master) {
    Map fields;
    for (const xml::Element& field : master.children)
        if (field.name != "type" && field.name != "Id") fields.set(field.name, field.text.empty() ? Value() : Value(field.text));
    return fields;
}

std::string merge_one(Writer& writer, const xml::Element& request) {
    const xml::Element* master = request.child("masterRecord");
    const Object* object = Schema::instance().find(text_of(master, "type"));
    const std::string id = text_of(master, "Id");
    if (object == nullptr) return result_text(id, Result<void>(fail(Error{ErrorCode::vendor_rejected, "no such type", "INVALID_TYPE"})));
    const std::vector<std::string> others = texts_of(request, "recordToMergeIds");
    std::string merged;
    for (const std::string& other : others) merged += fmt::format("<mergedRecordIds>{}</mergedRecordIds>", xml::escape(other));
    return result_text(id, writer.merge(*object, id, others, fields_of(*master)), merged);
}

std::string merge(Writer& writer, const xml::Element& call) {
    std::string results;
    for (const xml::Element& request : call.children)
        if (request.name == "request") results += merge_one(writer, request);
    return results;
}

}  // namespace

std::optional<net::Response> Service::soap_records(const net::Request& request) {
    auto envelope = xml::parse(request.body);
    const xml::Element* body = envelope ? envelope->child("Body") : nullptr;
    if (request.method != "POST" || body == nullptr || body->children.empty()) return std::nullopt;
    const xml::Element& call = body->children.front();
    if (call.name != "undelete" && call.name != "merge") return std::nullopt;
    const xml::Element* header = envelope->child("Header");
    net::Request bare;
    bare.headers.set("Authorization", "Bearer " + text_of(header == nullptr ? nullptr : header->child("SessionHeader"), "sessionId"));
    if (!sessions_.authorize(bare)) return soap_fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session");
    if (call.children.size() > records_max)
        return soap_fault("EXCEEDED_ID_LIMIT",
                          fmt::format("record limit reached. cannot submit more than {} records into this call", records_max));
    if (!count_call()) return soap_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    outbox_.watch();
    Writer changes = writer();
    const bool restores = call.name == "undelete";
    const std::string results = restores ? undelete(changes, call) : merge(changes, call);
    // Nothing that an administrator can set up runs on what is restored.
    if (restores)
        outbox_.overlook();
    else
        outbox_.watch();
    return soap_answer(fmt::format("<{0}Response>{1}</{0}Response>", call.name, results));
}

}  // namespace lockstep::sandbox::salesforce
